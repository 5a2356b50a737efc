"""The chain through Slurm, on this host alone: the same bytes, and what is asked of the cluster."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import slurm_cluster
import yaml
from slurm_cluster import CannotRun, one_host_slurm
from snakemake_project import ROOT, Project

SHARDS = [
    f"data/tiny/features/log-mel/{name}.parquet"
    for name in ("train-00000", "train-00001", "val-00000", "test-00000")
]
RUN = "results/tiny/runs/paper/seed-1"
MODEL = f"{RUN}/model.safetensors"


@pytest.fixture
def slurm():
    try:
        with one_host_slurm():
            yield
    except CannotRun as reason:
        pytest.skip(str(reason))


def build_on_slurm(project: Project, targets: list[str], *arguments: str) -> None:
    command = [sys.executable, "-m", "snakemake", *targets, "--configfile", str(project.overlay)]
    command += ["--workflow-profile", "profiles/slurm", "--slurm-keep-successful-logs", *arguments]
    command += ["--slurm-init-seconds-before-status-checks", "4"]  # these jobs are short
    done = subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.long
def test_shards_and_model_made_on_slurm_are_those_made_here(built, project, slurm):
    for folder in ("data/tiny/clips", "data/tiny/features/log-mel", RUN):
        shutil.rmtree(project.folder / folder)
    build_on_slurm(
        project,
        [*SHARDS, MODEL],
        # What `train` asks for where it is to use a GPU, and what it asks for where it is not.
        *("--set-resources", "train:gpu=1", "render_clips:gpu=0", "features:gpu=0"),
    )

    made = project.digests()
    assert {MODEL, *SHARDS} <= set(made)
    assert made.items() <= built.digests().items()
    assert project.planned(*SHARDS, MODEL) == set()

    jobs = slurm_cluster.jobs()
    assert {job["JobState"] for job in jobs} == {"COMPLETED"}
    logs = [Path(job["StdOut"]).read_text() for job in jobs]
    for shard in SHARDS:
        [log] = [log for log in logs if f"output: {shard}" in log]
        assert f"output: {shard.replace('features/log-mel', 'clips')}" in log
    [log] = [log for log in logs if f"output: {MODEL}" in log]
    assert len(jobs) == len(SHARDS) + 1
    assert {(job["Comment"], job.get("TresPerJob")) for job in jobs} == {
        ("rule_shard_features_render_clips", None),
        ("rule_train_wildcards_tiny_paper_1", "gres:gpu:1"),
    }


def test_the_profile_hides_no_failure_and_names_rules_that_exist():
    profile, default = (
        yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text())
        for name in ("slurm", "default")
    )
    assert not {"rules", "all"} & set(profile["quiet"])
    assert not {"retries", "restart-times", "keep-going"} & set(profile)
    for key in ("rerun-incomplete", "max-checksum-file-size"):
        assert profile[key] == default[key]
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    assert set(profile["groups"]) <= set(re.findall(r"(?m)^rule (\w+):", rules))


def test_a_configuration_of_somebody_elses_is_left_alone(monkeypatch, tmp_path):
    for name in ("CONFIG", "GRES", "LOCK", "STATE"):
        monkeypatch.setattr(slurm_cluster, name, tmp_path / getattr(slurm_cluster, name).name)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    (tmp_path / "slurm.conf").write_text("ClusterName=theirs\n")
    with pytest.raises(CannotRun, match=r"slurm\.conf"), one_host_slurm():
        pass
    assert (tmp_path / "slurm.conf").read_text() == "ClusterName=theirs\n"
