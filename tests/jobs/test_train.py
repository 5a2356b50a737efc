"""The command that trains, on tables made here: wherever features are kept, the same bytes."""

import errno
import json
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import yaml
from click.testing import CliRunner
from snakemake_project import ROOT
from torch.nn import functional as F

from audiophrase import params, tables
from audiophrase import train as training
from audiophrase.errors import ArtifactError, AudiophraseError, ParamsError
from audiophrase.features.log_mel import COLUMN
from audiophrase.features.shards import schema
from audiophrase.jobs.common_clips import restrict
from audiophrase.jobs.train import train as train_command
from audiophrase.model.encoders import crnn
from audiophrase.model.encoders.crnn import CRNN
from audiophrase.model.parameters import CRNNParams
from audiophrase.pair_scores import PairScores
from audiophrase.parameters.sections import select
from audiophrase.train import Pairs, score_matrix
from audiophrase.training_data import (
    n_bytes_of_features,
    read_clips,
    read_clips_within,
    read_encoder,
)
from audiophrase.unpacked import Unpacked

N_MELS = 16
# Enough to tell the two kinds of sound apart: the loss falls from 2.0 to 1.6.
LEARNS = {"learning_rate": 0.01, "max_epochs": 4}
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.fixture
def settings():
    sections = params.effective(yaml.safe_load((ROOT / "params.yaml").read_text()), "demo", "paper")
    sections["features"]["n_mels"] = N_MELS
    sections["train"] |= {"max_epochs": 3, "batch_size": 4, "n_threads": 1, "precision": "float32"}
    sections["train"]["crnn"] |= {"n_channels": [4, 8], "pooling": [[2, 4], [2, 4]]}
    return select(sections, "features", "train", "train.crnn", "train.triplet")


@pytest.fixture
def made(tmp_path, settings):
    """Two shards for training, one for validation: two kinds of sound, of unequal lengths."""
    rng = np.random.default_rng(0)
    captions, words, made_with = [], [], {"features": settings["features"]}
    for shard, split, n_clips in (
        ("train-0", "train", 8),
        ("train-1", "train", 7),
        ("val-0", "val", 5),
    ):
        rows = []
        for n in range(n_clips):
            clip_id, n_frames = f"{shard}-{n}", 20 + 4 * (n % 3)
            log_mel = rng.standard_normal((n_frames, N_MELS)) + 3 * (n % 2)
            rows.append(
                {
                    "clip_id": clip_id,
                    "n_frames": n_frames,
                    "hop_s": 0.02,
                    "log_mel": log_mel.astype(np.float32).ravel(),
                }
            )
            captions.append({"caption_id": f"{clip_id}#0", "clip_id": clip_id, "split": split})
            words.append([n % 2, 2])
        rows.append({"clip_id": f"{shard}-missing", "n_frames": 0})
        table = pa.Table.from_pylist(rows, schema(COLUMN))
        tables.write(
            tmp_path / "log-mel" / f"{shard}.parquet",
            table,
            stage="features",
            settings=made_with,
            inputs={"front_end": "log-mel"},
        )
    vectors = rng.standard_normal((3, 6)).astype(np.float32)
    for name, stage, table in (
        ("captions", "annotations.captions", pa.Table.from_pylist(captions)),
        ("vocabulary", "text.vocabulary", pa.table({"vector": list(vectors)})),
        (
            "words",
            "text.captions",
            pa.table({"caption_id": [row["caption_id"] for row in captions], "word_ids": words}),
        ),
    ):
        tables.write(tmp_path / f"{name}.parquet", table, stage=stage, settings={})
    return tmp_path


@pytest.fixture
def train(made, settings):
    """Function that runs the command; the weights as bytes, their description, what was said."""

    def run(out, *, resident_mb=3000, device="cpu", **changed):
        of_parts = {name: changed.pop(name) for name in list(changed) if "." in name}
        changed_settings = settings | {"train": settings["train"] | changed} | of_parts
        folder = made / out
        options = {
            "settings": json.dumps(changed_settings),
            "device": device,
            "resident-mb": resident_mb,
            "seed": 1,
            "captions": made / "captions.parquet",
            "vocabulary": made / "vocabulary.parquet",
            "caption-words": made / "words.parquet",
            "val-features": made / "log-mel/val-0.parquet",
            "checkpoint": folder / "cache" / "checkpoint.safetensors",
            "model": folder / "model.safetensors",
            "model-json": folder / "model.json",
            "history": folder / "history.csv",
            "log": folder / "train.log",
        }
        arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        shards = [str(made / f"log-mel/train-{n}.parquet") for n in range(2)]
        done = CliRunner().invoke(train_command, [*arguments, *shards])
        if done.exception:
            raise done.exception
        return (
            (folder / "model.safetensors").read_bytes(),
            json.loads((folder / "model.json").read_text()),
            (folder / "train.log").read_text(),
        )

    threads = torch.get_num_threads()
    yield run
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)
    torch.use_deterministic_algorithms(False)
    torch.utils.deterministic.fill_uninitialized_memory = True


def test_features_on_disk_and_in_memory_give_the_same_bytes(train, made):
    weights, description, said = train("in-memory")
    assert "features (cpu)" in said
    unpacked, same_description, said = train("on-disk", resident_mb=0)
    assert "features (on disk)" in said
    assert unpacked == weights
    assert same_description == description
    assert description["device"] == "cpu"
    other, _, _ = train("other", learning_rate=0.002)
    assert other != weights
    assert not list((made / "on-disk" / "cache").iterdir()), "nothing is left behind"


def test_bf16_is_another_model_that_learns_alike(train):
    weights, exact, _ = train("float32", **LEARNS)
    rounded_weights, rounded, _ = train("bf16", precision="bf16", **LEARNS)
    assert rounded_weights != weights
    assert exact["best_val_loss"] < 1.65
    assert rounded["best_val_loss"] == pytest.approx(exact["best_val_loss"], abs=0.02)
    assert train("again", precision="bf16", **LEARNS)[0] == rounded_weights


def test_cuda_that_is_not_there_is_told_before_anything_is_read(train, made, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (made / "log-mel/train-0.parquet").unlink()
    with pytest.raises(AudiophraseError, match=r"train\.device is 'cuda'"):
        train("absent", device="cuda")
    (log,) = (made / "absent").iterdir()
    assert "train.device is 'cuda'" in log.read_text()


@pytest.mark.parametrize("resident_mb", [3000, 0])
def test_a_clip_of_too_few_frames_for_the_encoder_is_named(train, made, settings, resident_mb):
    """As a network makes of a short clip: params.yaml does not tell how many frames."""
    path = made / "log-mel/train-1.parquet"
    table = pa.Table.from_pylist(
        [
            {"clip_id": f"short-{n}", "n_frames": n, "hop_s": 0.02, "log_mel": [0.0] * n * N_MELS}
            for n in (5, 3, 4)
        ],
        schema(COLUMN),
    )
    made_with, made_by = {"features": settings["features"]}, {"front_end": "log-mel"}
    tables.write(path, table, stage="features", settings=made_with, inputs=made_by)
    with pytest.raises(
        ParamsError, match=r"clip short-3: train\.crnn\.pooling needs 4 frames, but .* has 3"
    ):
        train("short", resident_mb=resident_mb)
    with pytest.raises(ParamsError, match="clip short-3"):  # as evaluation reads them
        read_clips_within([path], settings, resident_mb=resident_mb, cache=made / "cache")


def test_an_error_that_ends_a_training_stands_in_its_log(train, made):
    with pytest.raises(AudiophraseError):
        train("diverged", **{"train.triplet": {"margin": 1e39}})  # no float32
    log = (made / "diverged" / "train.log").read_text().splitlines()
    assert log[0].startswith("train: 15 clips")
    assert log[-2:] == [
        "error: training diverged: the loss of epoch 1 is not finite",
        "  What to do: lower train.learning_rate",
    ]


def test_unpacked_features_are_those_of_the_shards(made, settings):
    shards = [made / "log-mel/train-0.parquet", made / "log-mel/train-1.parquet"]
    clips = read_clips(shards, settings)
    unpacked = read_clips(shards, settings, unpack_in=made / "cache")
    assert (unpacked.ids, unpacked.all_ids) == (clips.ids, clips.all_ids)
    assert all(map(torch.equal, unpacked.features, clips.features))
    n_frames = sum(map(len, clips.features))
    assert n_bytes_of_features(shards) == n_frames * N_MELS * 4
    pq.write_table(pa.table({"other": [1]}), made / "broken.parquet")
    assert n_bytes_of_features([made / "broken.parquet", made / "absent.parquet"]) == 0


def test_the_path_of_a_gpu_repeats_to_the_bit_and_learns_as_on_the_cpu(train, monkeypatch):
    """Whole batches, dropout from a stream of its own, interpolation by a product: on the CPU."""
    weights, expected, _ = train("cpu", **LEARNS)
    for module in (crnn, training):
        monkeypatch.setattr(module, "is_gpu", lambda device: True)
    for deterministic in (True, False):
        case = f"{deterministic=}"
        there = {"deterministic": deterministic, **LEARNS}
        as_on_gpu, description, _ = train(case, **there)
        assert as_on_gpu != weights, "its dropout differs"
        assert description["best_val_loss"] == pytest.approx(expected["best_val_loss"], abs=0.05)
        assert train(f"{case} again", **there)[0] == as_on_gpu
        assert train(f"{case} streamed", resident_mb=0, **there)[0] == as_on_gpu


def test_unpacked_features_are_read_when_they_are_asked_for(made, settings):
    """However many there are, no more than one is in memory, also after some were chosen."""
    shards = [made / "log-mel/train-0.parquet"] * 20
    clips = read_clips(shards, settings, unpack_in=made / "cache")
    chosen = clips.select([3, 0, 155])
    assert chosen.ids == [clips.ids[3], clips.ids[0], clips.ids[155]]
    assert (len(chosen.hops_s), len(chosen.features)) == (3, 3)
    for place, number in enumerate((3, 0, 155)):
        assert torch.equal(chosen.features[place], clips.features[number])
    again = clips.features[3]
    again[:] = 0
    assert not torch.equal(chosen.features[0], again), "what was read is the reader's own"
    tracemalloc.start()
    n_bytes = sum(clip.numel() * 4 for clip in clips.features)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_bytes > 200_000
    assert peak < 20_000


def test_unpacked_features_are_whole_though_the_system_takes_a_part_at_a_time(tmp_path):
    unpacked = Unpacked.empty(tmp_path, 4 * 12)
    file = unpacked._file
    unpacked._file = SimpleNamespace(
        tell=file.tell, fileno=file.fileno, write=lambda content: file.write(content[:5])
    )
    unpacked.append(np.arange(12.0).reshape(3, 4))
    assert torch.equal(unpacked[0], torch.arange(12.0).reshape(3, 4))
    unpacked._file.write = refuse
    with pytest.raises(ArtifactError, match="free some space"):
        unpacked.append(np.zeros((1, 4)))


def refuse(content):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_evaluation_reads_from_disk_what_is_too_large_for_memory(made, settings):
    shards = [made / "log-mel/train-0.parquet", made / "log-mel/train-1.parquet"]
    small = read_clips_within(shards, settings, resident_mb=1, cache=made / "cache")
    assert isinstance(small.features, list)
    assert not (made / "cache").exists()
    large = read_clips_within(shards, settings, resident_mb=0, cache=made / "cache")
    assert isinstance(large.features, Unpacked)
    assert all(map(torch.equal, large.features, small.features))
    common, _ = restrict(large, None)
    assert common is large


@needs_cuda
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_on_cuda_training_repeats_to_the_bit_and_learns_as_on_the_cpu(train, precision):
    there = {"device": "cuda", "precision": precision, **LEARNS}
    weights, on_cuda, said = train("cuda", **there)
    assert "features (cuda)" in said
    assert train("cuda-again", **there)[0] == weights
    assert train("cuda-disk", resident_mb=0, **there)[0] == weights
    assert on_cuda["device"] == "cuda"
    assert on_cuda["best_val_loss"] < 1.65


@needs_cuda
def test_a_model_scores_on_cuda_as_on_the_cpu():
    rng = torch.Generator().manual_seed(0)
    params_of_model = CRNNParams([4, 8], [[2, 4], [2, 4]], 4, 0.1, 0.3)
    model = CRNN(6, params_of_model)
    model.initialise(rng)
    log_mels = [torch.randn(n_frames, N_MELS, generator=rng) for n_frames in (20, 31, 24)]
    pairs = Pairs(log_mels, [0, 1, 2, 2], [[0, 1], [2], [1, 1, 2], [0]])
    vectors = F.normalize(torch.randn(3, 6, generator=rng), dim=1)
    for score in ("mean", "max_frames", "max_words"):
        on_cpu = score_matrix(model.cpu(), pairs, vectors, score=score)
        on_cuda = score_matrix(model.cuda(), pairs, vectors, score=score)
        assert torch.allclose(on_cuda, on_cpu, atol=1e-4)
        for clips, rows in PairScores(model, pairs, vectors, score=score).rows():
            np.testing.assert_allclose(rows, on_cpu[clips], atol=1e-4)


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [("train", "batch_size", 3), ("train.triplet", "margin", 0.5), ("features", "fmax_hz", 7000.0)],
)
def test_a_model_trained_with_other_parameters_is_not_evaluated(
    train, made, settings, section, key, value
):
    train("one")
    files = (made / "one" / "model.safetensors", made / "one" / "model.json")
    assert read_encoder(*files, 6, settings, "cpu").n_dimensions == 6
    other = settings | {section: settings[section] | {key: value}}
    with pytest.raises(ArtifactError, match="was trained with other parameters"):
        read_encoder(*files, 6, other, "cpu")
