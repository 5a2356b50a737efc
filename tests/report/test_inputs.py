"""What figures are given, and which files are refused."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.report import inputs

FEATURES = {
    "sample_rate_hz": 16000,
    "window_s": 0.04,
    "hop_s": 0.02,
    "n_mels": 3,
    "fmin_hz": 50.0,
    "fmax_hz": 8000.0,
    "log_floor": 1e-10,
}
SETTINGS = {"features": FEATURES}
SHARDS = "data/{dataset}/features/{front_end}/{test_shard}.parquet"


@pytest.fixture
def shards(tmp_path):
    """Two shards: of a clip with two frames and one with none, and of a clip with one frame."""
    paths = [tmp_path / f"log-mel/test-0000{n}.parquet" for n in range(2)]
    for path, rows in zip(
        paths, ([("a", [1, 2, 3, 4, 5, 6]), ("b", [])], [("c", [7, 8, 9])]), strict=True
    ):
        table = pa.table(
            {
                "clip_id": [clip_id for clip_id, _ in rows],
                "n_frames": [len(values) // 3 for _, values in rows],
                "hop_s": [0.02] * len(rows),
                "log_mel": pa.array([v for _, v in rows], pa.list_(pa.float32())),
            }
        )
        made_by = {"front_end": "log-mel"}
        tables.write(path, table, stage="features", settings=SETTINGS, inputs=made_by)
    return paths


def test_spectra_of_all_shards_by_clip_without_those_that_have_no_frames(shards):
    spectra = inputs.read(SHARDS, shards, SETTINGS)
    assert list(spectra) == ["a", "c"]
    assert len(spectra) == 2
    assert spectra["a"].log_mel.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert spectra["c"].log_mel.tolist() == [[7, 8, 9]]
    assert spectra["c"].log_mel.dtype == np.float32
    assert spectra["a"].hop_s == 0.02
    with pytest.raises(KeyError):
        spectra["b"]


def test_only_the_shard_of_a_clip_is_read_for_it(shards):
    spectra = inputs.read(SHARDS, shards, SETTINGS)
    shards[0].unlink()
    assert spectra["c"].log_mel.shape == (1, 3)
    assert "a" in spectra
    with pytest.raises(ArtifactError, match="is missing"):
        spectra["a"]


def test_spectra_made_with_other_settings_are_refused(shards):
    with pytest.raises(ArtifactError, match=r"made with other parameters: features\.fmin_hz"):
        inputs.read(SHARDS, shards, {"features": FEATURES | {"fmin_hz": 0.0}})


@pytest.mark.parametrize(
    ("form", "stage"),
    [
        ("data/{dataset}/availability.parquet", "availability"),
        ("data/{dataset}/annotations/captions.parquet", "annotations.captions"),
        ("results/{dataset}/runs/paper/seed-{first_seed}/sed_scores.parquet", "sed_scores"),
    ],
)
def test_a_table_of_another_stage_or_made_with_other_settings_is_refused(tmp_path, form, stage):
    path, table = tmp_path / "t.parquet", pa.table({"x": [1]})
    tables.write(path, table, stage=stage, settings=SETTINGS)
    assert inputs.read(form, [path], SETTINGS).to_pylist() == [{"x": 1}]
    with pytest.raises(ArtifactError, match="made with other parameters"):
        inputs.read(form, [path], {"features": FEATURES | {"n_mels": 4}})
    tables.write(path, table, stage="features", settings={})
    with pytest.raises(ArtifactError, match="a table of the stage 'features'"):
        inputs.read(form, [path], {})


def test_a_file_of_each_seed_by_its_seed_in_the_order_of_the_seeds(tmp_path):
    paths = [tmp_path / f"seed-{seed}/history.csv" for seed in (7, 1)]
    for path in paths:
        tables.write_csv(path, pd.DataFrame({"epoch": [len(path.parent.name)]}))
    form = "results/{dataset}/runs/paper/seed-{seed}/history.csv"
    read = inputs.read(form, paths, {})
    assert list(read) == ["7", "1"]
    assert read["7"]["epoch"].tolist() == [6]


def test_an_edited_object_is_refused(tmp_path):
    path = tmp_path / "sed.json"
    tables.write_json(path, {"f1": 0.5})
    form = "results/{dataset}/runs/paper/seed-{first_seed}/sed.json"
    assert inputs.read(form, [path], {}) == {"f1": 0.5}
    path.write_text(path.read_text().replace("0.5", "0.6"))
    with pytest.raises(ArtifactError, match="edited or damaged"):
        inputs.read(form, [path], {})
