"""The tiny data set's model, and its test clips."""

import pyarrow.parquet as pq
import pytest

from audiophrase.inference.model import load

RUN = "results/tiny/runs/paper/seed-1"


@pytest.fixture(scope="session")
def run(built):
    """The run's folder, as the pipeline left it."""
    return built.folder / RUN


@pytest.fixture(scope="session")
def model(bundled):
    return load(bundled, "cpu")


@pytest.fixture(scope="session")
def clips(built):
    """FLAC bytes of the usable test clips, by id."""
    rows = pq.read_table(built.folder / "data/tiny/clips/test-00000.parquet").to_pylist()
    return {row["clip_id"]: row["audio"]["bytes"] for row in rows if row["state"] == "ok"}
