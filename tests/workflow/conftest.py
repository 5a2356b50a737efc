"""Real Snakemake runs on a tiny data set, in copies of the repository."""

import pytest
from filelock import FileLock
from snakemake_project import Project


@pytest.fixture(scope="session")
def built(tmp_path_factory) -> Project:
    """The tiny data set, made from scratch, once for all workers. Not to be changed: copy it."""
    shared = tmp_path_factory.getbasetemp().parent
    folder = shared / "built"
    with FileLock(shared / "built.lock"):
        if folder.exists():
            return Project(folder)
        project = Project.create(folder)
        project.build()
        return project


@pytest.fixture
def project(built, tmp_path) -> Project:
    """A copy of the tiny data set to do harm to."""
    return built.copy(tmp_path / "project")
