"""Names, words and numbers from outside: text on every terminal, JSON for every program."""

import json
import os

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile
from click.testing import CliRunner

import audiophrase
from audiophrase import cli, tables
from audiophrase.errors import AudiophraseError
from audiophrase.inference import search
from audiophrase.outputs import description
from audiophrase.outputs.text import as_json

TURNED = "x\x1b[31m\u202e"


def test_an_error_cannot_steer_the_terminal_and_keeps_its_lines(capsys):
    with pytest.raises(SystemExit):
        cli._fail(str(AudiophraseError(f"there is no file {TURNED}", "check its name")))
    assert capsys.readouterr().err == (
        "error: there is no file x\\x1b[31m\\u202e\n  What to do: check its name\n"
    )


def test_what_was_written_is_named_as_text(run, recordings, tmp_path):
    path = tmp_path / f"{TURNED}.parquet"
    labels = run("ground", recordings / "a.wav", "wind blows", "--audacity", path)
    frames = run("embed", recordings / "a.wav", "-o", path, "--force")
    ranking = run("search", "wind", "--in", recordings, "--index", tmp_path / f"i{TURNED}")
    for done in (labels, frames, ranking):
        assert "x\\x1b[31m\\u202e" in done.stderr
        assert "\x1b" not in done.stderr


def test_keys_that_came_out_of_a_file_are_text(tmp_path):
    tables.write_json(tmp_path / "model.json", {"settings": {TURNED: {TURNED: 1}}, TURNED: 1})
    shown = description.as_text(description.of_run(tmp_path))
    assert shown.count("x\\x1b[31m\\u202e") == 3
    assert "\x1b" not in shown
    tables.write_json(tmp_path / "model.json", {"settings": {"train": 1}})
    with pytest.raises(AudiophraseError, match="describes no model"):
        description.of_run(tmp_path)


def test_numbers_that_json_does_not_have_are_null():
    given = {"a": [float("nan"), 1.5, (float("inf"), "nan")], "b": {"c": -float("inf"), "d": 2}}
    assert json.loads(as_json(given)) == {"a": [None, 1.5, [None, "nan"]], "b": {"c": None, "d": 2}}


@pytest.mark.parametrize("threshold", ["nan", "inf"])
def test_a_threshold_that_is_no_number_is_refused(run, recordings, threshold):
    with pytest.raises(AudiophraseError, match=f"threshold {threshold} is no similarity"):
        run("ground", recordings / "a.wav", "wind", "--json", "--threshold", threshold)


@pytest.mark.parametrize(
    ("phrases", "problem"),
    [
        (os.fsdecode(b"\xff dog"), "letters that are no text"),
        (None, "None is no text"),
        (5, "5 is no text"),
        (b"dog", "b'dog' is no text"),
        ([b"dog"], "b'dog' is no text"),
    ],
)
def test_phrases_that_are_no_text_are_refused(bundled, phrases, problem):
    with pytest.raises(AudiophraseError, match=problem):
        audiophrase.load(bundled, "cpu").ground(np.zeros(16000), phrases, 16000)


def test_names_of_any_bytes_are_ranked_and_unreadable_folders_told_of(
    bundled, run, recordings, monkeypatch
):
    odd = os.fsdecode(b"bad\xff.wav")
    (recordings / "a.wav").rename(recordings / odd)
    walk = os.walk

    def closed(folder, onerror):
        onerror(PermissionError(13, "Permission denied", str(recordings / "closed")))
        return walk(folder)

    monkeypatch.setattr(search.os, "walk", closed)
    done = run("search", "wind blows", "--in", recordings, "--json")
    ranked = [hit["file"] for hit in json.loads(done.stdout)["texts"][0]["files"]]
    assert sorted(ranked) == sorted([odd, "deeper/b.wav"])
    assert "closed cannot be read and is left out: Permission denied" in done.stderr
    with pytest.warns(search.LeftOutWarning):
        table = audiophrase.load(bundled, "cpu").search("wind blows", recordings)
    assert table["file"].tolist() == ranked


def test_a_file_that_is_named_twice_is_embedded_once_and_what_is_to_be_known_is_noted(
    run, tmp_path
):
    silent, path = tmp_path / "silent.wav", tmp_path / "frames.parquet"
    soundfile.write(silent, np.zeros(16000), 16000)
    done = run("embed", silent, silent, "-o", path)
    assert done.stderr.count("note: ") == done.stderr.count("is silent") == 1
    times_s = pq.read_table(path)["time_s"].to_pylist()
    assert times_s == sorted(set(times_s))


def test_texts_of_which_nothing_could_be_searched_are_still_answered(run, tmp_path):
    (tmp_path / "empty.wav").touch()
    os.mkfifo(tmp_path / "pipe.wav")
    answer = json.loads(run("search", "wind", "a dog", "--in", tmp_path, "--json").stdout)
    assert answer["texts"] == [{"text": "wind", "files": []}, {"text": "a dog", "files": []}]
    assert list(answer["not_searched"]) == ["empty.wav", "pipe.wav"]
    assert run("search", "wind", "--in", tmp_path).stdout == "wind\nno recording\n"


def test_an_empty_name_is_not_this_folder(run, recordings, monkeypatch):
    monkeypatch.chdir(recordings)
    with pytest.raises(AudiophraseError, match="names no folder"):
        run("search", "wind", "--in", "")


@pytest.mark.parametrize("name", ["ground", "search", "embed", "export", "info", "cite"])
def test_help_is_read_at_80_columns(name):
    shown = CliRunner().invoke(cli.cli, [name, "--help"], terminal_width=80).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "Example" in shown


@pytest.mark.parametrize("name", ["record", "adopt", "verify"])
def test_a_folder_that_is_not_the_project_s_is_left_as_it_is(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words in ([name], [name, "demo"]):
        done = CliRunner().invoke(cli.cli, words)
        assert "this folder is not the project's" in str(done.exception)
    assert list(tmp_path.iterdir()) == []
