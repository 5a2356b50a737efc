"""The audit of a data set whose params file is not named, and re-checks that cannot begin."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from youtube_project import youtube_id

from audiophrase.commands.audit import audit
from audiophrase.errors import AudiophraseError
from audiophrase.youtube.budget import Exit


@pytest.fixture
def own(project):
    """Three clips, one of them gone; the entry stands in my.yaml, which asks for --configfile."""
    videos = [youtube_id(i) for i in range(3)]
    project.fake.configure({videos[1]: "removed"})
    project.set_up([(video, 0.0) for video in videos])
    document = yaml.safe_load(Path("params.yaml").read_text())
    Path("my.yaml").write_text(yaml.safe_dump({"datasets": {"yt": document["datasets"].pop("yt")}}))
    Path("params.yaml").write_text(yaml.safe_dump(document))
    return project


def said_by(capsys, *arguments: str) -> str:
    capsys.readouterr()
    audit.main(list(arguments), standalone_mode=False)
    return capsys.readouterr().out


def test_it_counts_from_the_log_and_from_the_attempts(own, capsys):
    assert own.retrieve("--configfile", "my.yaml") == 0
    said = said_by(capsys, "yt")
    assert re.search(r"(?m)^train +2 of 3 \(66\.7 %\) +1 ", said)
    assert "'yt' stands in no params file named here. --configfile FILE tells" in said
    shutil.rmtree("cache")
    assert "2 of 3 (66.7 %)" in said_by(capsys, "yt")
    named = said_by(capsys, "yt", "--configfile", "my.yaml")
    assert "stands in no params file" not in named
    assert "`snakemake data/yt/availability.csv --configfile my.yaml`" in named


def test_what_nothing_was_made_of_is_unknown(own):
    with pytest.raises(
        AudiophraseError,
        match="unknown data set 'nix'; known: audiogrounding, audiogrounding-v2, demo",
    ):
        audit.main(["nix"], standalone_mode=False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("yt",), "unknown data set 'yt'"),
        (("demo",), "the clips of 'demo' do not come from YouTube"),
        (
            ("yt", "--configfile", "my.yaml"),
            "`audiophrase fetch yt --configfile my.yaml --recheck`",
        ),
    ],
)
def test_a_recheck_that_cannot_begin_says_why_and_no_more(own, capsys, arguments, told):
    with pytest.raises(SystemExit) as ending:
        audit.main([*arguments, "--recheck"], standalone_mode=False)
    assert ending.value.code == Exit.SETUP
    error = capsys.readouterr().err
    assert told in error
    assert "come to its end" not in error
