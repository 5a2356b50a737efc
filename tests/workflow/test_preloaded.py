"""Programs that are forked with their imports done do as those that start as usual."""

import shutil
import subprocess
import sys

import preloaded
import pytest


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("snakemake", "--cores", "2", "--dry-run", "nowhere"), 1),
        (("dvc", "no-such-command"), 254),
        (("audiophrase", "stages", "nowhere"), 1),
        pytest.param(("snakemake", "--cores", "2"), 0, marks=pytest.mark.long),
        pytest.param(("dvc", "status", "--json"), 0, marks=pytest.mark.long),
        pytest.param(("audiophrase", "record", "--dry-run"), 0, marks=pytest.mark.long),
    ],
)
def test_it_prints_and_exits_as_started_the_usual_way(made, command, code):
    command = [sys.executable, "-m", *command]
    forked = made.run(*command, code=code)
    usual = subprocess.run(
        command,
        cwd=made.folder,
        env=made.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert (usual.stdout, usual.returncode) == (forked, code)


@pytest.mark.long
def test_jobs_make_the_bytes_that_they_make_started_the_usual_way(built, project):
    """One that learns vectors, one that trains, one that evaluates, and one that draws."""
    run, figures = "results/tiny/runs/paper/seed-1", "results/tiny/figures"
    before = project.digests()
    for path in ("data/tiny/text", run, figures):
        shutil.rmtree(project.folder / path)
    left = project.digests()
    command = project.command(f"{run}/retrieval.csv", f"{figures}/training.svg")
    done = subprocess.run(command, cwd=project.folder, env=project.environment, check=False)
    assert done.returncode == 0
    made = {path: digest for path, digest in project.digests().items() if path not in left}
    assert {f"{run}/model.safetensors", f"{run}/retrieval.csv", f"{figures}/training.svg"} <= set(
        made
    )
    assert "data/tiny/text/vocabulary.parquet" in made
    assert left.items() <= before.items()
    assert made.items() <= built.digests().items()


def test_one_that_takes_too_long_is_killed_and_the_next_one_runs(fresh):
    options = {"folder": fresh.folder, "environment": fresh.environment}
    command = [sys.executable, "-m", "audiophrase", "stages", "tiny"]
    with pytest.raises(subprocess.TimeoutExpired):
        preloaded.run(command, **options, timeout_s=0.01)
    assert preloaded.run(command, **options).returncode == 0
