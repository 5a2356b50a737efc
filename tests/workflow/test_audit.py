"""The audit and the comparison of labs with different downloads, with the real Snakemake."""

import copy
import json
import re
import shutil
import subprocess
import sys

import pandas as pd
import preloaded
import pytest
from snakemake_project import TINY, Project

AVAILABILITY = "data/tiny/availability.csv"
RUN = "results/tiny/runs/paper/seed-1"


def with_evaluate(**keys):
    params = copy.deepcopy(TINY)
    params["datasets"]["tiny"]["evaluate"] |= keys
    return params


def audit(project: Project, *arguments: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "audiophrase", "audit", *arguments]
    return preloaded.run(command, folder=project.folder, environment=project.environment)


@pytest.fixture
def other_lab(project):
    """Another lab's table, which lacks two test clips that are here, with a clip of its own."""
    frame = pd.read_csv(project.folder / AVAILABILITY)
    here = frame.index[(frame["split"] == "test") & (frame["state"] == "ok")]
    frame.loc[here[:2], ["state", "reason"]] = ["missing", "private"]
    frame.loc[len(frame)] = frame.loc[here[2]].to_dict() | {"clip_id": "Yother_0_1"}
    path = project.folder / "other lab.csv"
    frame.to_csv(path, index=False)
    return path


def test_only_clips_that_both_labs_have_are_evaluated(project, other_lab):
    before = json.loads((project.folder / RUN / "retrieval.json").read_text())
    assert "n_clips_here" not in before
    project.set_params(with_evaluate(only_clips_of=str(other_lab)))
    planned = project.planned()
    assert {"evaluate_retrieval", "evaluate_sed", "metrics", "tables", "report"} <= planned
    assert not {"train", "features", "render_clips", "text", "availability"} & planned
    project.build()
    for name in ("retrieval.json", "sed.json"):
        after = json.loads((project.folder / RUN / name).read_text())
        assert (after["n_clips"], after["n_clips_common"]) == (3, 3)
        assert after["n_clips_here"] == before["n_clips"] == 5
    metrics = json.loads((project.folder / "results/tiny/metrics.json").read_text())
    assert metrics["dataset"]["test"]["clips"] == 5  # what could be had is what it was
    assert metrics["retrieval"]["n_clips"] == metrics["sed"]["n_clips"] == 3
    for table in ("dataset", "retrieval", "sed"):
        told = (project.folder / f"results/tiny/tables/{table}.md").read_text()
        assert "3 of the 5 test clips with audio here" in told
    assert "3 of the 5 test clips" in (project.folder / "results/tiny/report.html").read_text()

    other_lab.write_text(other_lab.read_text().replace("private", "permanent-removed"))
    assert {"evaluate_retrieval", "evaluate_sed"} <= project.planned()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "there is no file theirs.csv"),
        ("clip,state\nYx,ok\n", "theirs.csv is no table of availability: it has no column clip_id"),
        ("clip_id,state\nYother_0_1,ok\n", "theirs.csv has none of the 5 clips with audio here"),
    ],
)
def test_a_table_that_cannot_be_used_is_told_with_its_key(project, content, told):
    if content is not None:
        (project.folder / "theirs.csv").write_text(content)
    project.set_params(with_evaluate(only_clips_of="theirs.csv"))
    done = project.snakemake("--until", "evaluate_sed")
    assert done.returncode != 0
    assert told in done.stdout
    assert "fix evaluate.only_clips_of" in done.stdout
    assert "Traceback" not in done.stdout


def test_the_audit_counts_compares_and_exports(built, other_lab, project):
    done = audit(project, "tiny", "--export", "missing.csv")
    assert done.returncode == 0, done.stdout
    lines = {line.split()[0]: line for line in done.stdout.splitlines() if " of " in line}
    assert re.search(r"11 of 12 \(91\.7 %\) +\d+ +1 +0$", lines["train"])
    assert re.search(r"20 of 22 \(90\.9 %\) +\d+ +2 +0$", lines["all"])
    assert "Rendered audio: a rehearsal" in done.stdout
    exported = pd.read_csv(project.folder / "missing.csv")
    assert exported["split"].to_list() == ["train", "test"]
    assert exported["youtube_id"].str.len().eq(11).all()

    of_paper = project.folder / "data/audiogrounding"
    of_paper.mkdir()
    shutil.copy((project.folder / AVAILABILITY).with_suffix(".parquet"), of_paper)
    done = audit(project, "audiogrounding")
    assert re.search(r"20 of 22 \(90\.9 %\) +\d+ +4,350 of 4,590 \(94\.8 %\)", done.stdout)

    done = audit(project, "--diff", AVAILABILITY, other_lab.name, "--export", "changes.csv")
    assert done.returncode == 0, done.stdout
    changes = pd.read_csv(project.folder / "changes.csv")
    assert changes["change"].to_list() == ["lost", "lost", "only in the new table"]
    assert "Only in the new table: 1\n" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("nowhere",), "unknown data set 'nowhere'; known: "),
        (("rehearsal",), "`snakemake data/rehearsal/availability.csv` makes it"),
        (("tiny", "--recheck"), "unknown data set 'tiny'"),
        (("demo", "--recheck"), "the clips of 'demo' do not come from YouTube"),
        (("--diff", "params.yaml", AVAILABILITY), "neither in .parquet nor in .csv"),
        (("--diff", AVAILABILITY, "gone.csv"), "there is no file gone.csv"),
        (("tiny", "--export", "x.txt"), "name a file that ends in .csv"),
    ],
)
def test_a_mistake_is_told_without_a_stack_trace(built, arguments, told):
    done = audit(built, *arguments)
    assert done.returncode != 0
    assert told in done.stdout
    assert "Traceback" not in done.stdout


def test_a_damaged_table_is_refused(project):
    path = project.folder / "data/tiny/availability.parquet"
    shutil.copy(project.folder / "data/tiny/annotations/clips.parquet", path)
    done = audit(project, "tiny")
    assert done.returncode != 0
    assert "is a table of the stage 'annotations.clips'" in done.stdout
