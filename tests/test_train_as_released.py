"""Switches of training that do as the authors' released code does, or did when it was written."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from train_params import PARAMS as AS_OURS
from train_params import PLATEAU

from audiophrase import params
from audiophrase.model.encoders.crnn import CRNN
from audiophrase.model.losses import build_loss
from audiophrase.model.parameters import (
    CRNNParams,
    TripletParams,
)
from audiophrase.params.for_jobs import settings_json
from audiophrase.train import Pairs, learning_rate, pad, should_stop, start, train

PARAMS = dataclasses.replace(AS_OURS, max_epochs=1)
SPREAD = dataclasses.replace(
    PARAMS, max_epochs=100, stopping=dataclasses.replace(PARAMS.stopping, rule="spread")
)


def torchs_rates(losses: list[float], mode: str) -> list[float]:
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.001)
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimiser, factor=0.1, patience=5, threshold=0.001, threshold_mode=mode, eps=0
    )
    rates = []
    for loss in losses:
        schedule.step(loss)
        rates.append(optimiser.param_groups[0]["lr"])
    return rates


@pytest.mark.parametrize("level", [0.05, 2.0, 40.0])
@pytest.mark.parametrize("mode", ["abs", "rel"])
def test_learning_rate_equals_torchs_plateau_schedule(mode, level):
    """Losses that fall by steps of about the threshold of either kind, then stay where they are."""
    rng = torch.Generator().manual_seed(1)
    threshold = 0.001 if mode == "abs" else 0.001 * level
    falls = 2 * threshold * (torch.rand(60, generator=rng) - 0.4)
    losses = (level - 0.3 * falls.cumsum(0)).tolist()
    losses += losses[-1:] * 10
    plateau = dataclasses.replace(PLATEAU, threshold_mode=mode)
    ours = [learning_rate(losses[:n], 0.001, plateau) for n in range(1, len(losses) + 1)]
    assert ours == pytest.approx(torchs_rates(losses, mode))
    other = torchs_rates(losses, "rel" if mode == "abs" else "abs")
    assert ours[-1] < 1e-5
    assert ours != pytest.approx(other)


def test_a_relative_threshold_is_a_share_of_the_best_loss():
    at_once = dataclasses.replace(PLATEAU, patience=0, threshold_mode="rel")
    assert learning_rate([0.01, 0.0095], 0.1, at_once) == 0.1  # 5 % better
    assert learning_rate([2.0, 1.9985], 0.1, at_once) == pytest.approx(0.01)  # .075 %


def test_the_loss_before_training_changes_no_rate_if_the_first_epoch_improves_it():
    """R's scheduler counts it, too."""
    losses = [1.9, 1.85, *[1.86] * 13]
    theirs = torchs_rates([2.0, *losses], "rel")[1:]
    plateau = dataclasses.replace(PLATEAU, threshold_mode="rel")
    ours = [learning_rate(losses[:n], 0.001, plateau) for n in range(1, len(losses) + 1)]
    assert ours == pytest.approx(theirs)


def test_the_spread_is_the_population_s_and_lies_strictly_below():
    up_and_down = [1.0, 1.0 + 2 * 0.0099] * 35  # the sample's would be .01044
    assert np.std(up_and_down[-10:]) < 0.01 < np.std(up_and_down[-10:], ddof=1)
    assert should_stop(up_and_down, SPREAD)
    a_quarter = dataclasses.replace(
        SPREAD, stopping=dataclasses.replace(SPREAD.stopping, spread=0.25)
    )
    assert not should_stop([1.0, 1.5] * 35, a_quarter)  # .25 to the last bit


def test_of_sixty_losses_the_untrained_model_s_is_the_first():
    assert not should_stop([1.0] * 58, SPREAD)
    assert should_stop([1.0] * 59, SPREAD)
    assert not should_stop([1.0, 2.0] * 30, SPREAD)


def test_the_window_holds_losses_of_epochs_alone():
    early = dataclasses.replace(SPREAD, stopping=dataclasses.replace(SPREAD.stopping, min_epochs=0))
    assert not should_stop([1.0] * 9, early)
    assert should_stop([1.0] * 10, early)


@pytest.mark.parametrize("padding", ["quietest", "zero"])
def test_padding_keeps_the_clips_and_their_lengths(padding):
    clips = [torch.randn(3, 2) - 20, torch.randn(5, 2) - 20]
    padded, n_frames = pad(clips, padding)
    assert n_frames.tolist() == [3, 5]
    assert torch.equal(padded[0, :3], clips[0])
    assert torch.equal(padded[1], clips[1])
    assert (padded[0, 3:] == (clips[0].min() if padding == "quietest" else 0.0)).all()


def one_epoch(padding: str, lengths: list[int]) -> list[float]:
    rng = torch.Generator().manual_seed(0)
    clips = [torch.randn(n, 16, generator=rng) - 20 for n in lengths]
    pairs = Pairs(clips, list(range(len(clips))), [[n % 3] for n in range(len(clips))])
    vectors = torch.nn.functional.normalize(torch.randn(3, 6, generator=rng), dim=1)
    encoder = CRNN(6, CRNNParams([4, 8], [[2, 4], [2, 4]], 4, 0.1, 0.3))
    progress = start(encoder, 1, PARAMS)
    train(
        progress,
        pairs,
        pairs,
        vectors,
        seed=1,
        params=dataclasses.replace(PARAMS, padding=padding),
        loss=build_loss("triplet", TripletParams(margin=1.0)),
        watch_batches=lambda batches: batches,
        after_epoch=lambda progress: None,
    )
    return [epoch.train_loss for epoch in progress.history]


def test_training_pads_as_it_is_told():
    unequal, equal = [20, 30, 40, 24], [24] * 4
    assert one_epoch("quietest", unequal) != one_epoch("zero", unequal)
    assert one_epoch("quietest", equal) == one_epoch("zero", equal)


@pytest.mark.parametrize(
    ("names", "keys"),
    [
        (["train"], ("padding", "threshold_mode")),
        (["features"], ("edges",)),
    ],
)
def test_what_was_made_before_there_was_the_switch_is_not_made_again(names, keys):
    """A job is handed such a key only when it differs from what was done before."""
    document = params.load(Path(__file__).parents[1] / "params.yaml")
    handed = settings_json(document, names, "demo")
    assert not [key for key in keys if f'"{key}"' in handed]


def test_the_switches_reach_their_jobs():
    document = params.load(Path(__file__).parents[1] / "params.yaml")
    plateau = json.loads(settings_json(document, ["train"], "demo", "plateau-relative"))
    assert plateau["train"]["plateau"]["threshold_mode"] == "rel"
    padding = json.loads(settings_json(document, ["train"], "demo", "padding-zero"))
    assert padding["train"]["padding"] == "zero"
    document["datasets"]["demo"]["features"] = {"edges": "reflect"}
    for front_end in ("log-mel", "log-mel-native"):
        features = settings_json(document, ["features"], "demo", None, front_end)
        assert json.loads(features)["features"]["edges"] == "reflect"
