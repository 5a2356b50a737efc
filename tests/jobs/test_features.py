"""The command that makes features, by every front end, on a shard of clips made here."""

import hashlib
import json

import numpy as np
import pyarrow as pa
import pytest
import yaml
from click.testing import CliRunner
from snakemake_project import ROOT
from tiny_onnx import network

from audiophrase import manifests, params, tables
from audiophrase.clips import shards as clip_shards
from audiophrase.clips.availability import State
from audiophrase.errors import ArtifactError, ExtensionError, ParamsError
from audiophrase.features import log_mel
from audiophrase.features.shards import column_of_frames, extent, frame_size
from audiophrase.jobs.features import features
from audiophrase.jobs.features_manifest import features_manifest
from audiophrase.parameters.sections import select
from audiophrase.params.front_ends import FRONT_ENDS, settings_of
from audiophrase.settings import structure
from audiophrase.training_data import read_clips

RATE_HZ, F = 22050, 5
WEIGHTS = np.random.default_rng(0).standard_normal((F, 400)).astype(np.float32)


@pytest.fixture
def sections():
    return params.effective(yaml.safe_load((ROOT / "params.yaml").read_text()), "demo", "paper")


@pytest.fixture
def settings(sections):
    """Function that gives what the job of a front end is given."""
    return lambda name: select(sections, "retrieve") | settings_of(FRONT_ENDS[name], sections)


@pytest.fixture
def clips(tmp_path, sections, settings):
    """A shard of two clips of unequal lengths, and of one that could not be had."""
    clip_params = structure(settings("log-mel"), "retrieve")
    rng = np.random.default_rng(1)
    rows = [
        clip_shards.audio_row(
            f"clip-{n}",
            0.1 * rng.standard_normal(n * RATE_HZ).astype(np.float32),
            RATE_HZ,
            n,
            clip_params,
        )
        for n in (1, 2)
    ]
    rows.append(clip_shards.failure_row("gone", clip_shards.Failure(State.MISSING, "x", "x")))
    path = tmp_path / "clips" / "test-00000.parquet"
    path.parent.mkdir()
    made_with = select(sections, "retrieve")
    tables.write(path, clip_shards.table(rows), stage="clips", settings=made_with)
    tables.write_json(
        tmp_path / "clips.json",
        manifests.manifest([path], stage="clips", settings=made_with, inputs={path.stem: {}}),
    )
    return path


@pytest.fixture
def made(clips, settings, tmp_path):
    """Function that makes features by a front end; the shard."""

    def run(name, content=None, **changed):
        chosen = settings(name)
        chosen[FRONT_ENDS[name].section] |= changed
        shard = tmp_path / name / clips.name
        shard.parent.mkdir(exist_ok=True)
        options = ["--front-end", name, "--settings", json.dumps(chosen)]
        if content is not None:
            options += [f"--network={write(tmp_path, content)}"]
        called(features, *options, str(clips), str(shard))
        return shard

    return run


def write(folder, content):
    path = folder / "network.onnx"
    path.write_bytes(content)
    return path


def called(command, *arguments):
    done = CliRunner().invoke(command, arguments)
    if done.exception:
        raise done.exception


def test_a_shard_of_log_mel_is_the_table_it_was(made, settings):
    shard = made("log-mel")
    table, provenance = tables.read_with_provenance(shard, stage="features")
    assert table.column_names == ["clip_id", "n_frames", "hop_s", "log_mel"]
    assert table.field("log_mel").metadata == {b"unit": b"ln(power)"}
    assert provenance["settings"] == settings("log-mel")
    assert set(provenance["settings"]) == {"retrieve", "features"}
    assert list(provenance["inputs"]) == ["clips", "front_end"]
    assert provenance["inputs"]["front_end"] == "log-mel"
    assert table["n_frames"].to_pylist() == [51, 101, 0]
    assert extent([shard]) == (152, 152 * 64)


def test_the_native_front_end_keeps_the_files_rate_and_depends_on_no_other(made, settings):
    table, provenance = tables.read_with_provenance(made("log-mel-native"), stage="features")
    assert "sample_rate_hz" not in provenance["settings"]["features"]
    assert table["hop_s"].to_pylist()[:2] == [441 / RATE_HZ] * 2
    at_its_rate = structure(settings("log-mel"), "features")
    assert at_its_rate.sample_rate_hz == 32000
    assert frame_size([made("log-mel-native")]) == at_its_rate.n_mels
    assert (
        table["log_mel"][0].values.to_pylist()
        != tables.read(made("log-mel"), stage="features")["log_mel"][0].values.to_pylist()
    )


def test_a_network_is_known_by_its_digest(made, clips, settings, tmp_path):
    content = network(WEIGHTS, 320)
    shard = made("onnx", content)
    table, provenance = tables.read_with_provenance(shard, stage="features")
    assert provenance["inputs"]["network"] == hashlib.sha256(content).hexdigest()
    assert set(provenance["settings"]) == {"retrieve", "features.onnx"}
    assert "file" not in provenance["settings"]["features.onnx"]
    assert column_of_frames(table) == "frames"
    assert table["hop_s"].to_pylist() == [0.02, 0.02, None]
    assert frame_size([shard]) == F

    read = read_clips([shard], settings("onnx"))
    assert read.n_values == F
    assert [clip.shape for clip in read.features] == [(49, F), (99, F)]

    arguments = [
        *("--settings", json.dumps(settings("onnx")), "--split", "test"),
        *("--front-end", "onnx"),
        *("--clips-manifest", str(tmp_path / "clips.json")),
        *("--manifest", str(tmp_path / "features.json")),
        str(shard),
    ]
    called(features_manifest, f"--network={write(tmp_path, content)}", *arguments)
    kept = shard.read_bytes()
    with pytest.raises(ArtifactError, match="made of other inputs"):
        called(
            features_manifest,
            f"--network={write(tmp_path, content)}",
            *arguments,
            "--front-end=log-mel",
        )
    shard.write_bytes(kept)
    other = write(tmp_path, network(2 * WEIGHTS, 320))
    with pytest.raises(ArtifactError, match="made of other inputs"):
        called(features_manifest, f"--network={other}", *arguments)
    assert not shard.exists()


def test_what_a_network_cannot_do_is_told_with_the_clip(made):
    weights = np.ones((F, 20000), np.float32)  # 1.25 s: longer than the first clip
    with pytest.raises(ParamsError, match=r"clip clip-1: .*cannot take 16000 samples"):
        made("onnx", network(weights, 320))


def test_a_front_end_that_there_is_not_is_refused(clips, settings, tmp_path):
    options = ["--front-end", "mfcc", "--settings", json.dumps(settings("log-mel"))]
    with pytest.raises(ExtensionError, match=r"there is no file src/audiophrase/features/mfcc\.py"):
        called(features, *options, str(clips), str(tmp_path / "out.parquet"))


def test_shards_whose_frames_are_of_two_sizes_are_refused(made, tmp_path, settings):
    shard = made("log-mel")
    table = tables.read(shard, stage="features")
    half = [None if row is None else row[: len(row) // 2] for row in table["log_mel"].to_pylist()]
    other = tmp_path / "log-mel" / "other.parquet"
    column = pa.array(half, pa.list_(pa.float32()))
    changed = table.set_column(3, table.field("log_mel"), column)
    made_by = {"front_end": "log-mel"}
    tables.write(other, changed, stage="features", settings={}, inputs=made_by)
    with pytest.raises(ArtifactError, match="row 0 is not 51 x"):
        read_clips([shard, other], {})


def test_every_front_end_has_its_functions():
    for name in FRONT_ENDS:
        module = __import__(f"audiophrase.features.{name.replace('-', '_')}", fromlist=["frames"])
        assert {"COLUMN", "UNIT", "frames", "hop_s"} <= set(dir(module)), name
        assert (FRONT_ENDS[name].file is not None) == hasattr(module, "load"), name
    assert log_mel.COLUMN == "log_mel"
