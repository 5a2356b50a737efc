"""`audiophrase ground`: each form of its answer, and what it refuses."""

import json
import re

import pytest
from click.testing import CliRunner
from praatio import textgrid

import audiophrase
from audiophrase import extras
from audiophrase.cli import cli
from audiophrase.commands import using
from audiophrase.errors import AudiophraseError

HOSTILE = '<script>alert(1)</script> 😀 שלום\u202e\n\t"quoted" wind'
PHRASES = ("a dog barks", "wind blows")
EVERYWHERE = ("--threshold", "-1")  # every similarity reaches it


@pytest.fixture
def middling(bundled, recordings):
    """A threshold that some frames of two phrases reach."""
    curves = audiophrase.load(bundled, "cpu").ground(recordings / "a.wav", list(PHRASES)).curves
    return curves["similarity"].median()


def test_the_table_is_what_the_library_says(run, bundled, recordings, middling):
    done = run("ground", recordings / "a.wav", *PHRASES, "--threshold", middling)
    model = audiophrase.load(bundled, "cpu")
    expected = model.ground(recordings / "a.wav", list(PHRASES), threshold=middling)
    lines = [line for line in done.stdout.splitlines()[1:] if not line.startswith("not heard")]
    assert lines
    assert [re.split(r"  +", line) for line in lines] == [
        [row.phrase, f"{row.onset_s:.2f}", f"{row.offset_s:.2f}", f"{row.score:.3f}"]
        for row in expected.segments.itertuples()
    ]
    assert done.stdout.count("not heard") == (~expected.phrases["present"]).sum()


def test_a_phrase_that_is_not_heard_is_said_with_how_near_it_came(run, recordings):
    done = run("ground", recordings / "a.wav", "a dog barks", "--threshold", "2")
    assert re.fullmatch(
        r"not heard: a dog barks \(at most 0\.\d{3}, at \d\.\d\d s; heard from 2\.000 on\)\n",
        done.stdout,
    )


def test_text_from_outside_is_text_in_every_form(run, recordings, tmp_path):
    sound = recordings / 'x <b>"\t\n😀.wav'
    (recordings / "a.wav").rename(sound)
    labels, grid, plot = (tmp_path / name for name in ("labels.txt", "x.TextGrid", "x.png"))
    files = ("--audacity", labels, "--textgrid", grid, "--plot", plot)
    done = run("ground", sound, HOSTILE, "wind blows", *EVERYWHERE, "--json", *files)

    told = json.loads(done.stdout)
    assert told["file"] == str(sound)
    assert [each["phrase"] for each in told["phrases"]] == [HOSTILE, "wind blows"]
    assert "שלום" in told["phrases"][0]["unknown_words"]
    shown = '<script>alert(1)</script> 😀 שלום "quoted" wind'
    assert [line.split("\t")[2] for line in labels.read_text().splitlines()] == [
        shown,
        "wind blows",
    ]
    tiers = textgrid.openTextgrid(str(grid), includeEmptyIntervals=False).tiers
    assert [(tier.name, [entry.label for entry in tier.entries]) for tier in tiers] == [
        (shown, [shown]),
        ("wind blows", ["wind blows"]),
    ]
    assert plot.read_bytes().startswith(b"\x89PNG")

    table = run("ground", sound, HOSTILE, *EVERYWHERE)
    assert len(table.stdout.splitlines()) == 2
    assert "\u202e" not in table.output
    assert "\\u202e\\n\\t" in table.stdout


def test_labels_are_the_segments_by_onset(run, recordings, middling, tmp_path):
    path = tmp_path / "labels.txt"
    files = ("--audacity", path, "--json")
    done = run("ground", recordings / "a.wav", *PHRASES, "--threshold", middling, *files)
    segments = [
        (round(s["onset_s"], 6), round(s["offset_s"], 6), s["phrase"])
        for s in json.loads(done.stdout)["segments"]
    ]
    assert len(segments) >= 2
    lines = [line.split("\t") for line in path.read_text().splitlines()]
    labels = [(float(onset), float(offset), phrase) for onset, offset, phrase in lines]
    assert sorted(labels) == sorted(segments)
    assert labels == sorted(labels, key=lambda label: label[:2])


def test_unknown_words_are_noted_with_known_ones(run, recordings):
    done = run("ground", recordings / "a.wav", "a dogg barks", "--json")
    assert re.search(r"note: .*'a dogg barks'.*'dogg' \(like: dog", done.stderr)
    assert json.loads(done.stdout)["phrases"][0]["unknown_words"] == ["dogg"]


def test_what_exists_is_not_written_over_unless_forced(run, recordings, tmp_path):
    path = tmp_path / "labels.txt"
    path.write_text("mine")
    with pytest.raises(AudiophraseError, match="exists"):
        run("ground", recordings / "a.wav", "wind", "--audacity", path)
    assert path.read_text() == "mine"
    run("ground", recordings / "a.wav", "wind", *EVERYWHERE, "--audacity", path, "--force")
    assert path.read_text().endswith("\twind\n")


def test_without_a_model_the_runs_that_lie_here_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["ground", "x.wav", "wind"])
    assert "AUDIOPHRASE_MODEL" in str(done.exception)
    folder = tmp_path / "results/mine/runs/paper/seed-1"
    folder.mkdir(parents=True)
    (folder / "model.json").write_text("{}")
    done = CliRunner().invoke(cli, ["ground", "x.wav", "wind"])
    assert "--model results/mine/runs/paper/seed-1" in str(done.exception)


def test_a_plot_without_matplotlib_is_refused_before_anything_is_done(run, monkeypatch, tmp_path):
    monkeypatch.setattr(extras, "has", lambda package: package != "matplotlib")
    with pytest.raises(AudiophraseError, match=r"pip install 'audiophrase\[plot\]'"):
        run("ground", "x.wav", "wind", "--plot", tmp_path / "x.png")


def test_a_bar_follows_the_recording_on_a_terminal_alone(bundled, recordings, monkeypatch, capsys):
    model = audiophrase.load(bundled, "cpu")
    using.show_listening(model, recordings / "a.wav")
    model.embed(recordings / "a.wav")
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    using.show_listening(model, recordings / "a.wav")
    frames = model.embed(recordings / "a.wav").frames
    assert len(frames) > 1
    assert "/4 s [" in capsys.readouterr().err
