"""A user's mistakes end with a message that helps, and nothing half-written."""

import json
import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest
from snakemake_project import TINY, Project

SHARD = "data/tiny/features/log-mel/train-00000.parquet"
MANIFEST = "data/tiny/manifests/features-log-mel-train.json"  # of all that stand before it
MODEL = "results/tiny/runs/paper/seed-1/model.safetensors"


def refused(project: Project, *arguments: str) -> str:
    """What a run prints that must fail, and must not show a stack trace."""
    done = project.snakemake(*arguments)
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Project:
    """A project in which nothing has been made."""
    return Project.create(tmp_path_factory.mktemp("fresh") / "project")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"train": {"lerning_rate": 1}}, "did you mean 'learning_rate'"),
        ({"train": {"learning_rate": -0.1}}, "train.learning_rate: -0.1"),
        ({"train": {"batch_size": "many"}}, "train.batch_size: 'many' is not a whole number"),
        ({"build": ["dmeo"]}, "unknown data set 'dmeo'"),
        ({"features": {"fmax_hz": 20000}}, "fmax_hz"),
        ({"speed": 1}, "top level: unknown key 'speed'"),
    ],
)
def test_wrong_parameters_are_refused_before_any_job(fresh, change, told):
    fresh.set_params(TINY | change)
    assert told in refused(fresh)
    assert not (fresh.folder / "data").exists()


def test_an_unknown_data_set_is_named_with_those_known(fresh):
    fresh.set_params(TINY)
    printed = refused(fresh, "results/tinny/report.html")
    assert "unknown data set 'tinny'" in printed
    assert "did you mean 'tiny'" in printed


@pytest.mark.long
def test_a_truncated_shard_is_named_and_remade_once_deleted(project, built):
    shard = project.folder / SHARD
    shard.write_bytes(shard.read_bytes()[:-1000])
    printed = refused(project)
    assert SHARD in printed
    assert "delete" in printed  # by hand, or as the manifest's job has done
    shard.unlink(missing_ok=True)
    project.build()
    assert project.digests() == built.digests()


def test_a_flipped_byte_is_not_consumed(project):
    shard = project.folder / SHARD
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    assert SHARD in refused(project)


def test_a_flipped_byte_in_the_model_is_not_evaluated(project):
    model = project.folder / MODEL
    content = bytearray(model.read_bytes())
    content[-5] ^= 1
    model.write_bytes(content)
    printed = refused(project)
    assert f"{MODEL} is damaged" in printed


@pytest.mark.parametrize(
    ("shard", "section", "changed", "told"),
    [
        (SHARD, "features", {"fmin_hz": 50.0}, "features.fmin_hz = 50.0 (now 12.0)"),
        pytest.param(
            SHARD.replace("features/log-mel", "clips"),
            "retrieve",
            {"short_by_s": 0.2},
            "retrieve.short_by_s = 0.2 (now 0.1)",
            marks=pytest.mark.long,
        ),
    ],
)
def test_a_shard_of_other_parameters_is_refused(project, tmp_path, shard, section, changed, told):
    other = project.copy(tmp_path / "other")
    overlay = json.loads(json.dumps(TINY))
    overlay["datasets"]["tiny"][section] |= changed
    other.set_params(overlay)
    other.build(shard)
    shutil.copy(other.folder / shard, project.folder / shard)
    assert f"{shard} was made with other parameters: {told}" in refused(project)


@contextmanager
def mounted(folder, options: str):
    """A file system of a few megabytes over a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small tmpfs needs root and the right to mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.long
def test_a_full_disk_is_told_and_the_run_goes_on_once_there_is_room(tmp_path, built):
    project = Project.create(tmp_path / "project")
    targets = MANIFEST, "data/tiny/availability.parquet"
    with mounted(project.folder / "data", "size=400k"):
        printed = refused(project, *targets)
        assert "No space left on device" in printed
        assert "free some space" in printed
        assert not list(project.folder.rglob(".*.partial"))
    project.build(*targets)
    made = project.digests()
    assert set(targets) <= set(made)
    assert made.items() <= built.digests().items()


def test_a_read_only_results_folder_is_told(project):
    shutil.rmtree(project.folder / "results")
    with mounted(project.folder / "results", "ro"):
        printed = refused(project)
    assert "Read-only file system: 'results/tiny'" in printed
