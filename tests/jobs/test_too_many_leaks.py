"""Leaks that leave too little to train on are told as what they are."""

import pyarrow as pa
import pytest

from audiophrase import tables
from audiophrase.clips.leakage import SCHEMA
from audiophrase.errors import ArtifactError
from audiophrase.jobs.train import _without_leaks
from audiophrase.training_data import Clips

IDS = ["a", "b", "c"]


@pytest.fixture
def without(tmp_path):
    """Function from the ids that are left out to the clips that remain of three."""

    def remaining(leaking):
        rows = [{"kind": "audio", "clip_id": clip_id, "left_out": True} for clip_id in leaking]
        path = tmp_path / "leakage.parquet"
        tables.write(path, pa.Table.from_pylist(rows, SCHEMA), stage="leakage", settings={})
        clips = Clips(IDS, set(IDS), [0, 1, 2], [0.02] * 3, 1)
        return _without_leaks(clips, path, lambda _: None).ids

    return remaining


def test_two_clips_are_left_to_train_on(without):
    assert without(["b"]) == ["a", "c"]


@pytest.mark.parametrize(("leaking", "left"), [(["a", "b"], "1"), (IDS, "none")])
def test_fewer_are_refused_with_the_table_of_leaks(without, leaking, left):
    with pytest.raises(ArtifactError, match=rf"of 3 training clips exclude_leaks leaves {left},"):
        without(leaking)
