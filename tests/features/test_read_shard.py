"""Whoever reads a shard of features refuses those of a front end that is not the job's."""

import json

import pyarrow as pa
import pytest

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.features.shards import STAGE, read_shard, schema
from audiophrase.report import inputs
from audiophrase.training_data import read_clips

MEL = {"features": {"n_mels": 2}}
NETWORK = {"features.onnx": {"hop_s": 0.02}}


def written(path, front_end, settings):
    row = {"clip_id": "Ya_0_1", "n_frames": 1, "hop_s": 0.02, "log_mel": [1.0, 2.0]}
    table = pa.Table.from_pylist([row], schema("log_mel"))
    made_by = {"front_end": front_end} if front_end else None
    tables.write(path, table, stage=STAGE, settings=settings, inputs=made_by)
    return path


READERS = {
    "training and evaluation": lambda path, settings: read_clips([path], settings),
    "figures": lambda path, settings: inputs.read("{test_shard}.parquet", [path], settings),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("made_by", "made_with", "settings", "told"),
    [
        # The same settings, so that only the name tells them apart.
        (
            "log-mel-deltas",
            MEL,
            MEL,
            "front end 'log-mel-deltas', and lies in the folder of 'log-mel'",
        ),
        (None, MEL, MEL, "front end None"),
        # Settings of another section, of which none is compared.
        ("log-mel", NETWORK, MEL, "features.onnx, and this job is about those of features"),
        ("log-mel", MEL, NETWORK, "of features, and this job is about those of features.onnx"),
    ],
)
def test_a_shard_of_another_front_end_is_refused(
    tmp_path, reader, made_by, made_with, settings, told
):
    path = written(tmp_path / "log-mel" / "test-00000.parquet", made_by, made_with)
    with pytest.raises(ArtifactError) as refusal:
        READERS[reader](path, settings)
    assert told in str(refusal.value)
    assert str(path) in str(refusal.value)


@pytest.mark.parametrize("settings", [MEL, MEL | {"train": {}}, {}])
def test_a_shard_of_the_jobs_front_end_is_read(tmp_path, settings):
    path = written(tmp_path / "log-mel" / "test-00000.parquet", "log-mel", MEL)
    assert read_shard(path, json.loads(json.dumps(settings))).num_rows == 1
