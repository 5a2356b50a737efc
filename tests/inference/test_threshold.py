"""The similarity from which on a phrase counts as heard."""

import numpy as np
import pytest

from audiophrase.inference.front_end import names_of
from audiophrase.inference.threshold import best, impostors


def test_impostors_are_as_many_and_of_other_words():
    own = [["dog"], ["dogs bark", "rain"], ["rain again"], []]
    words = {
        "dog": frozenset([1]),
        "dogs bark": frozenset([1, 2]),
        "rain": frozenset([3]),
        "rain again": frozenset([3]),
    }
    known = [frozenset([1, 2]), frozenset([1, 2, 3]), frozenset([3]), frozenset()]
    assert impostors(own, words, known) == [["rain"], [], ["dog"], []]


def test_a_phrase_without_words_is_no_impostor():
    assert impostors([["a"], ["b"]], {"a": frozenset(), "b": frozenset([1])}, [set(), {1}]) == [
        ["b"],
        [],
    ]


def test_it_is_where_f1_is_best_by_hand():
    own = [(np.array([0.1, 0.6, 0.8]), np.array([False, True, True]))]
    others = [np.array([0.7, 0.2, 0.1])]
    chosen = best(own, others, basis="frames", n_clips=1)
    # At 0.8: 1 of 1, 1 of 2; at 0.7: 1 of 2; at 0.6: 2 of 3, 2 of 2, so F1 is 0.8.
    assert chosen.similarity == 0.6
    assert (chosen.f1, chosen.precision, chosen.recall) == pytest.approx((0.8, 2 / 3, 1))
    assert (chosen.n_own, chosen.n_impostors, chosen.n_clips) == (1, 1, 1)


def test_without_impostors_it_would_lie_lower():
    own = [(np.array([0.1, 0.6, 0.8]), np.array([False, True, True]))]
    many = [np.full(20, 0.7)]
    assert best(own, [], basis="frames", n_clips=1).similarity == 0.6
    assert best(own, many, basis="frames", n_clips=1).similarity == 0.8


def test_where_nothing_is_to_be_heard_there_is_none():
    assert best([], [], basis="frames", n_clips=0) is None
    silent = [(np.ones(3), np.zeros(3, bool))]
    assert best(silent, [], basis="frames", n_clips=1) is None


def test_a_front_end_follows_from_its_settings():
    assert names_of({"features": {"n_mels": 64, "sample_rate_hz": 32000}})[0] == "log-mel"
    assert names_of({"features": {"n_mels": 64}})[0] == "log-mel-native"
    assert names_of({"features.onnx": {"hop_s": 0.02}}) == ["onnx"]
    assert names_of({"train": {}}) == []
