"""Models of other kinds than the paper's: a frozen network as the front end, captions without phrases."""

import shutil
from collections import Counter
from functools import partial

import numpy as np
import pytest
import torch
import yaml
from snakemake_project import ROOT
from tiny_onnx import network

from audiophrase import params, tables
from audiophrase.checkpoints import save_model
from audiophrase.errors import AudiophraseError
from audiophrase.inference import calibration
from audiophrase.inference.export import export_bundle
from audiophrase.inference.model import load
from audiophrase.pair_scores import PairScores
from audiophrase.parameters.sections import select
from audiophrase.settings import structure
from audiophrase.text.vectors import vocabulary
from audiophrase.training_data import (
    pairs_of,
    read_clips,
    read_rows,
    read_vectors,
    read_word_ids,
    untrained_encoder,
)

RATE_HZ, HOP, F, D = 16000, 320, 5, 4


@pytest.fixture
def frozen(tmp_path):
    """A run whose front end is a network; its features are not here. The run, and the network."""
    sections = params.effective(yaml.safe_load((ROOT / "params.yaml").read_text()), "demo", "paper")
    sections["features"]["onnx"] |= {"sample_rate_hz": RATE_HZ, "hop_s": HOP / RATE_HZ}
    sections["train"] |= {"encoder": "mlp", "mlp": {"n_hidden": 8, "dropout": 0.0, "n_gru": 2}}
    names = ("features.onnx", "text", "text.normalise", "train", "train.mlp", "train.triplet")
    settings = select(sections, *names)
    run = tmp_path / "results/mine/runs/frozen/seed-1"
    encoder = untrained_encoder(F, D, settings)
    encoder.initialise(torch.Generator().manual_seed(0))
    description = {
        "seed": 1,
        "n_features": F,
        "n_dimensions": D,
        "sha256": save_model(run / "model.safetensors", encoder.state_dict()),
        "settings": settings,
    }
    tables.write_json(run / "model.json", description)
    rng = np.random.default_rng(0)
    vectors = {word: rng.standard_normal(D).astype(np.float32) for word in ("dog", "barks")}
    normalise = structure(settings, "text.normalise")
    words = vocabulary(Counter(dog=3, barks=2), (), vectors, normalise, rng)
    path = tmp_path / "data/mine/text/vocabulary.parquet"
    tables.write(path, words, stage="text.vocabulary", settings=select(sections, *names[1:3]))
    content = network(rng.standard_normal((F, 400)).astype(np.float32), HOP)
    (tmp_path / "net.onnx").write_bytes(content)
    return run, tmp_path / "net.onnx"


def test_a_network_goes_with_the_bundle(frozen, tmp_path):
    run, path = frozen
    with pytest.raises(AudiophraseError, match="a network in a file"):
        load(run, "cpu")
    with pytest.raises(AudiophraseError, match="a network in a file"):
        export_bundle(run, tmp_path / "bundle")
    export_bundle(run, tmp_path / "bundle", network=path)
    of_run, model = load(run, "cpu", network=path), load(tmp_path / "bundle", "cpu")
    assert of_run.digest == model.digest
    sound = np.random.default_rng(0).normal(0, 0.1, 25 * RATE_HZ).astype(np.float32)
    embedding = model.embed(sound, RATE_HZ)
    assert embedding.frames.shape == (25 * 50 - 1, D)
    of_clip = model.embed(sound[10 * RATE_HZ : 20 * RATE_HZ], RATE_HZ).frames
    middle = slice(125, 375)
    np.testing.assert_allclose(embedding.frames[500:][middle], of_clip[middle], atol=1e-5)
    grounding = model.ground(sound, "dog barks", RATE_HZ, threshold=0.0)
    assert grounding.phrases["present"].all()
    content = bytearray((tmp_path / "bundle/network.onnx").read_bytes())
    content[-1] ^= 1
    (tmp_path / "bundle/network.onnx").write_bytes(content)
    with pytest.raises(AudiophraseError, match=r"network\.onnx is damaged"):
        load(tmp_path / "bundle", "cpu")


def test_what_is_shorter_than_the_network_can_take_is_told(frozen, tmp_path):
    run, path = frozen
    export_bundle(run, tmp_path / "bundle", network=path)
    with pytest.raises(AudiophraseError, match="too short"):
        load(tmp_path / "bundle", "cpu").embed(np.ones(100), RATE_HZ)


def test_captions_alone_give_a_threshold_of_clips(model, built):
    settings, data = model._contents.settings, built.folder / "data/tiny"
    clips = read_clips([data / "features/log-mel/val-00000.parquet"], settings)
    vocabulary_ = data / "text/vocabulary.parquet"
    words = read_word_ids(data / "text/captions.parquet", "caption_id", vocabulary_, settings)
    captions = data / "annotations/captions.parquet"
    rows = read_rows(captions, "annotations.captions", "val", clips)
    vectors = read_vectors(vocabulary_, settings)
    chosen = calibration.choose(
        model._listener.encoder,
        clips,
        {"phrases": [], "captions": rows},
        {"phrases": {}, "captions": words},
        vectors,
    )["mean"]
    assert (chosen.basis, chosen.n_own) == ("clips", len(rows))
    assert 0 < chosen.n_impostors <= chosen.n_own
    pairs = pairs_of(clips, "val", captions, words, say=print)
    own = PairScores(model._listener.encoder, pairs, vectors, score="mean").own()
    assert np.isclose(own, chosen.similarity, atol=1e-6).any(), "it is a pair's score"


def test_a_network_other_than_that_of_the_features_is_refused(run, built, frozen, tmp_path):
    from audiophrase.inference import runs

    shutil.copytree(built.folder / "data", tmp_path / "of_tiny/data")
    shutil.copytree(run, tmp_path / "of_tiny/results/tiny/runs/paper/seed-1")
    read = partial(runs.read, tmp_path / "of_tiny/results/tiny/runs/paper/seed-1")
    assert read().network is None
    with pytest.raises(AudiophraseError, match="is not the network"):
        read(frozen[1])
