"""The model of a study in use: what lies with its data sets is found there."""

import pytest
from snakemake_project import Project
from test_studies import make

from audiophrase.inference import runs


@pytest.fixture(scope="module")
def project(shared) -> Project:
    """The project of `test_studies`. Not to be changed."""
    return Project(shared("studies", make) / "project")


def test_clips_and_thresholds_of_a_study_are_those_of_its_data_sets(project):
    model = runs.read(project.folder / "results/across/runs/paper/seed-1")
    assert model.about.n_clips == {"train": 8, "val": 2, "test": 5}
    assert model.window_s == 2.0
    assert set(model.thresholds()) == {"mean", "max"}
    assert model.about.audio == "recorded"
