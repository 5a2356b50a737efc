"""The project's parameters, which a test may change."""

import copy
from pathlib import Path

import pytest

from audiophrase import params


@pytest.fixture(scope="session")
def valid():
    return params.load(Path(__file__).parents[2] / "params.yaml")


@pytest.fixture
def document(valid):
    return copy.deepcopy(valid)
