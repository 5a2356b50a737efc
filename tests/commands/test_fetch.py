"""What `audiophrase fetch` shows of the Snakemake that makes a data set's tables: its cause alone."""

import subprocess
from pathlib import Path

import pytest

from audiophrase.commands import fetch
from audiophrase.youtube.preflight import SetupError


@pytest.fixture
def make(monkeypatch):
    """Let Snakemake end with a code and what it printed."""

    def call(code, printed):
        done = subprocess.CompletedProcess([], code, stdout=printed)
        monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
        fetch._make(Path("data/x/clips.parquet"), ())

    return call


def test_a_success_is_silent_but_for_what_jobs_note(make, capsys):
    make(0, "Building DAG of jobs...\n")
    assert capsys.readouterr() == ("", "")
    make(0, "Building DAG\nnote: ytid is read\ntrain: 3 clips\n")
    assert capsys.readouterr() == ("", "note: ytid is read\n")


def test_of_a_failure_the_mistake_is_told_and_nothing_else(make, capsys):
    mistake = (
        "error: x.csv: 2 lines cannot be read:\n  - line 1\n  - line 2\n  What to do: fix it\n"
    )
    with pytest.raises(SetupError) as refusal:
        make(
            1,
            f"Building DAG\n{mistake}Error in rule import_list:\n    jobid: 1\n{mistake}Exiting\n",
        )
    assert f"error: {refusal.value}\n" == mistake
    assert refusal.value.remedy == "fix it"
    assert capsys.readouterr() == ("", "")


def test_a_failure_without_a_mistake_of_the_users_is_shown_whole(make, capsys):
    with pytest.raises(SetupError, match="could not make data/x/clips"):
        make(1, "Building DAG\nKilled\n")
    assert capsys.readouterr().err == "Building DAG\nKilled\n"
