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


def test_jobs_make_the_bytes_that_they_make_started_the_usual_way(built, project):
    for path in ("data/tiny/text", "results/tiny/runs/paper/seed-1", "results/tiny/figures"):
        shutil.rmtree(project.folder / path)
    command = project.command("--until", "metrics", "figure")
    done = subprocess.run(command, cwd=project.folder, env=project.environment, check=False)
    assert done.returncode == 0
    made = project.digests()
    assert len(made) > 30
    assert made.items() <= built.digests().items()


def test_one_that_takes_too_long_is_killed_and_the_next_one_runs(fresh):
    options = {"folder": fresh.folder, "environment": fresh.environment}
    command = [sys.executable, "-m", "audiophrase", "stages", "tiny"]
    with pytest.raises(subprocess.TimeoutExpired):
        preloaded.run(command, **options, timeout_s=0.01)
    assert preloaded.run(command, **options).returncode == 0
