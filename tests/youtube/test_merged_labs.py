"""Two labs audit the same clips, exchange their tables, and a third goes on from both."""

import re
import shutil
import time

import pandas as pd
import pytest
from click import UsageError
from youtube_project import youtube_id

from audiophrase.clips.availability import State
from audiophrase.commands.audit import audit
from audiophrase.errors import AudiophraseError
from audiophrase.youtube import engine
from audiophrase.youtube.attempts import read_table
from audiophrase.youtube.history import fold

VIDEOS = [youtube_id(i) for i in range(5)]
GONE, ABROAD, PRIVATE, BOTH, ANYONE = VIDEOS
OF_LAB = {
    "a": {GONE: "removed", ABROAD: "geo", PRIVATE: "private", BOTH: "removed"},
    "b": {PRIVATE: "age", BOTH: "removed"},
}


@pytest.fixture
def labs(project):
    """The folder with `a.parquet` and `b.csv`, each what a lab has after its retrieval."""
    places = engine.Places.of("yt")
    for name, scenarios in OF_LAB.items():
        project.fake.reset()
        project.fake.configure(scenarios)
        project.set_up([(video, 0.0) for video in VIDEOS])
        assert project.retrieve() == 0
        shutil.copy(places.attempts, f"{name}.parquet")
        shutil.rmtree("cache")
        shutil.rmtree("data")
        time.sleep(1)  # the same answer in the same second would be one attempt in two tables
    pd.read_parquet("b.parquet").to_csv("b.csv", index=False)
    project.fake.reset()
    return project


def said_by(capsys, *arguments: str) -> str:
    capsys.readouterr()
    audit.main(list(arguments), standalone_mode=False)
    return capsys.readouterr().out


def block(said: str, heading: str) -> list[str]:
    """The lines under a heading but for the first: the names of columns, or a clip."""
    return said.partition(f"\n{heading}\n")[2].partition("\n\n")[0].splitlines()[1:]


def test_two_labs_tables_are_merged_and_a_third_goes_on_from_them(labs, capsys):
    arguments = ["--merge", "a.parquet", "b.csv", "--out", "m.parquet", "--export", "said.csv"]
    said = said_by(capsys, *arguments)
    counts = {line.split()[0]: line.split()[1:] for line in block(said, "Clips by table")}
    assert counts == {
        "clips": ["5", "5", "5"],
        "fetched": ["1", "3", "3"],
        "missing": ["2", "1", "1"],
        "restricted": ["1", "1", "1"],
        "geo_blocked": ["1", "0", "0"],
    }
    assert "Merged:\n  A  a.parquet\n  B  b.csv\n" in said
    first, second = block(said, "Missing for one, fetched by another: 1 clip")
    pattern = r"  A: missing \(permanent-removed\), for good, 20.* UTC, without cookies.*: \w"
    assert re.match(pattern, first)
    assert re.match(r"  B: fetched, 20\d\d-", second)
    first, _ = block(said, "Geo-blocked for one: 1 clip")
    assert re.match(r"  A: geo_blocked \(geo-blocked\), not for good, ", first)
    first, second = block(said, "For good by one, not by another: 1 clip")
    assert re.match(r"  A: restricted \(private\), for good, ", first)
    assert re.match(r"  B: restricted \(age-restricted\), not for good, ", second)
    assert f"\nY{PRIVATE}_0_10000\n  A: " in said
    assert "10 attempts." in said
    exported = pd.read_csv("said.csv")
    assert exported["table"].to_list() == ["a.parquet", "b.csv"] * 3
    assert exported["versions"].notna().all()

    # A third lab, with neither's log: it asks for what some lab could have.
    labs.set_up([(video, 0.0) for video in VIDEOS])
    places = engine.Places.of("yt")
    shutil.copy("m.parquet", places.attempts)
    assert labs.retrieve() == 0
    asked = {video for video, counter in labs.fake.counts.items() if counter["page"]}
    assert asked & set(VIDEOS) == {GONE, ABROAD, ANYONE}
    histories = fold(read_table(places.attempts).to_pylist()).values()
    assert {h.clip_id[1:12]: (h.state, h.permanent) for h in histories} == {
        GONE: (State.OK, None),
        ABROAD: (State.OK, None),
        PRIVATE: (State.RESTRICTED, False),
        BOTH: (State.MISSING, True),
        ANYONE: (State.OK, None),
    }

    # A table merged once more adds nothing; merged in place it keeps what is there.
    said = said_by(capsys, "--merge", "m.parquet", "b.parquet", "--out", "m.parquet")
    assert "10 attempts; 5 more stood in several tables" in said


def test_what_would_lose_attempts_or_names_no_tables_is_refused(labs):
    def refused(kind, match, *arguments):
        with pytest.raises(kind, match=match):
            audit.main(list(arguments), standalone_mode=False)

    shutil.copy("a.parquet", "c.parquet")
    refused(
        AudiophraseError,
        "c.parquet is there already",
        *["--merge", "a.parquet", "b.csv", "--out", "c.parquet"],
    )
    refused(AudiophraseError, "named twice", "--merge", "a.parquet", "./a.parquet")
    refused(AudiophraseError, "there is no file z.csv", "--merge", "a.parquet", "z.csv")
    refused(UsageError, "name two tables or more", "--merge", "a.parquet")
    refused(UsageError, "goes with --merge", "yt", "--out", "m.parquet")
    refused(UsageError, "--recheck asks", "--merge", "a.parquet", "b.csv", "--recheck")
