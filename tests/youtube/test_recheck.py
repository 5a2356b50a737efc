"""`audiophrase audit --recheck`: asked again, the tables made anew, the change told."""

import json
import subprocess
import sys

import pytest
from youtube_project import SHARD, YoutubeProject, youtube_id

from audiophrase import params

# The part of the workflow behind retrieval, for this one data set.
SNAKEFILE = """
rule availability:
    input: clips="data/yt/annotations/clips.parquet", attempts="data/yt/attempts.parquet",
        shards="data/yt/clips/{shard}.parquet"
    output: parquet="data/yt/availability.parquet", csv="data/yt/availability.csv"
    shell: "python -m audiophrase availability --source youtube --clips {{input.clips}} "
        "--availability {{output.parquet}} --availability-csv {{output.csv}} "
        "--youtube-attempts {{input.attempts}} {{input.shards}}"

rule youtube_clips:
    input: clips="data/yt/annotations/clips.parquet", attempts="data/yt/attempts.parquet"
    output: update("data/yt/clips/{shard}.parquet")
    params: settings={settings!r}
    shell: "python -m audiophrase youtube-clips --settings {{params.settings:q}} --shard {shard} "
        "--clips {{input.clips}} --attempts {{input.attempts}} --cache cache/yt/youtube {{output}}"
"""
GONE, BACK, FINE = map(youtube_id, range(3))


@pytest.fixture
def audited(project) -> YoutubeProject:
    """Retrieved and recorded: of three videos two were gone."""
    project.set_up([(video, 0) for video in (GONE, BACK, FINE)])
    project.fake.configure({GONE: "removed", BACK: "private"})
    settings = params.select(params.effective(params.load("params.yaml"), "yt"), "retrieve")
    text = SNAKEFILE.format(shard=SHARD, settings=json.dumps(settings))
    (project.folder / "Snakefile").write_text(text)
    assert project.retrieve() == 0
    run(project, "snakemake", "--cores", "1", "data/yt/availability.csv")
    return project


def run(project, *command, code=0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stdout
    return done.stdout


def test_a_recheck_reverses_a_verdict_and_tells_so(audited):
    audited.fake.configure({BACK: "ok"})
    told = run(audited, "audiophrase", "audit", "yt", "--recheck", "--export", "missing.csv")
    assert "Became available: 1\n" in told
    assert f"Y{BACK}_0_10000  train  restricted (private)  ok" in told
    assert "train  2 of 3 (66.7 %)" in told
    lines = (audited.folder / "missing.csv").read_text().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith(
        f"Y{GONE}_0_10000,{GONE},0.0,10.0,train,missing,permanent-removed,True"
    )
    tried = {row["clip_id"][1:12]: row["number"] for row in audited.rows()}
    assert tried == {GONE: 2, BACK: 2, FINE: 1}  # nothing at hand is fetched again


def test_a_recheck_that_is_blocked_leaves_the_tables_and_says_so(audited):
    path = audited.folder / "data/yt/availability.csv"
    before = path.read_bytes()
    audited.fake.configure({GONE: "bot-check", BACK: "bot-check"})
    told = run(audited, "audiophrase", "audit", "yt", "--recheck", code=4)
    assert "the re-check did not come to its end: the tables stay as they were" in told
    assert path.read_bytes() == before
