"""Real Snakemake runs on a tiny data set, in copies of the repository."""

import os
import shutil

import pytest
from filelock import FileLock
from snakemake_project import Project
from versioned_project import Clone


def shared_folder(tmp_path_factory):
    """A folder of this session's own, the same for all workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Project:
    """The tiny data set, made from scratch, once for all workers. Not to be changed: copy it."""
    folder = shared_folder(tmp_path_factory) / "built"
    with FileLock(f"{folder}.lock"):
        if folder.exists():
            return Project(folder)
        project = Project.create(folder)
        project.build()
        return project


@pytest.fixture
def project(built, tmp_path) -> Project:
    """A copy of the tiny data set to do harm to."""
    return built.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A folder with `made` (built with Snakemake, recorded, committed, pushed) and its remote."""
    folder = shared_folder(tmp_path_factory) / "lab"
    with FileLock(f"{folder}.lock"):
        if not (folder / "ready").exists():
            shutil.rmtree(folder, ignore_errors=True)
            made = Clone.origin(folder / "made")
            made.build()
            made.audiophrase("record")
            made.dvc("remote", "add", "--default", "lab", str(folder / "remote"))
            made.commit("made")
            made.dvc("push", *made.stages())
            (folder / "ready").touch()
    return folder


@pytest.fixture
def made(lab, tmp_path):
    """A project in which everything is made and recorded, with time stamps and both records."""
    shutil.copytree(lab / "made", tmp_path / "made", symlinks=True)
    return Clone(tmp_path / "made")


@pytest.fixture
def fresh(lab, tmp_path):
    """A new clone, with nothing pulled."""
    return Clone(lab / "made").clone(tmp_path / "fresh")
