"""Symmetric InfoNCE against its definition, written out pair by pair."""

import math

import pytest
import torch

from audiophrase.model.losses import build_loss
from audiophrase.model.parameters import InfoNCEParams

RNG = torch.Generator().manual_seed(1)


def infonce(scores, clips, temperature=0.5):
    loss = build_loss("infonce", InfoNCEParams(temperature))
    return loss(torch.tensor(scores), torch.tensor(clips), RNG).item()


def test_it_is_the_mean_over_captions_and_clips():
    scores = [[0.9, 0.1, 0.4], [0.3, 0.7, 0.2], [0.0, 0.6, 0.5]]

    def nll(true, all_of_them):
        return -math.log(math.exp(true / 0.5) / sum(math.exp(s / 0.5) for s in all_of_them))

    by_hand = [nll(scores[i][i], scores[i]) for i in range(3)]
    by_hand += [nll(scores[i][i], [row[i] for row in scores]) for i in range(3)]
    assert infonce(scores, [0, 1, 2]) == pytest.approx(sum(by_hand) / 6)


def test_other_captions_of_a_pairs_own_clip_do_not_count_against_it():
    scores = [[0.9, 0.8, 0.1], [0.8, 0.9, 0.1], [0.2, 0.2, 0.6]]
    worse = [[0.9, 0.89, 0.1], [0.89, 0.9, 0.1], [0.2, 0.2, 0.6]]
    assert infonce(scores, [0, 0, 1]) == infonce(worse, [0, 0, 1])
    assert infonce(scores, [0, 2, 1]) != infonce(worse, [0, 2, 1])


def test_equal_scores_are_as_good_as_chance():
    assert infonce([[0.3] * 4] * 4, [0, 1, 2, 3]) == pytest.approx(math.log(4))


def test_a_lower_temperature_sharpens():
    scores = [[0.9, 0.1], [0.2, 0.8]]
    assert infonce(scores, [0, 1], 0.05) < infonce(scores, [0, 1], 0.5)
