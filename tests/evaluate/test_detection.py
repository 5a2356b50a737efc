"""Measures of all phrases and of those active in a part of their clip, with their intervals."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score, f1_score

from audiophrase.evaluate.detection import Detections, intervals, partial, read_off
from audiophrase.evaluate.parameters import BootstrapParams

PARAMS = BootstrapParams(seed=1, n_resamples=300, confidence=0.9, n_thresholds=500)


@pytest.fixture
def detections():
    """Six phrases in three clips, active in 0, 20, 40, 60, 80 and 100 % of ten frames."""
    rng = np.random.default_rng(0)
    active = [np.arange(10) < 2 * n for n in range(6)]
    scores = [0.4 * a + 0.6 * rng.random(10) for a in active]
    return Detections({"mean": scores}, active, [0, 0, 4, 4, 7, 7])


def test_the_part_holds_the_phrases_active_in_less_than_the_share(detections):
    part = partial(detections, 0.6)
    assert part.counts == {"n_clips": 2, "n_phrases": 3, "n_frames": 30}
    assert part.prevalence == pytest.approx(0.2)  # of none, two and four frames of ten
    assert partial(detections, 0.1) is None  # the only such phrase is never heard


def test_measures_of_the_part_equal_scikit_learn(detections):
    part = partial(detections, 0.5)
    found, sampled = read_off(part, threshold=0.5, sampled_at=np.array([0.3, 0.5]))
    active = np.concatenate(detections.active[:3])
    scores = np.concatenate(detections.scores["mean"][:3])
    assert found["mean"]["f1_at_0.5"] == pytest.approx(f1_score(active, scores >= 0.5))
    expected = average_precision_score(active, scores)
    assert found["mean"]["average_precision"] == pytest.approx(expected)
    assert sampled["mean"].f1[0] == pytest.approx(f1_score(active, scores >= 0.3))
    assert sampled["mean"].f1[1] == found["mean"]["f1_at_0.5"]
    assert found["always_on"]["f1_at_0.5"] == pytest.approx(f1_score(active, np.ones(30)))


def test_intervals_hold_the_measures_and_repeat(detections):
    found = intervals(detections, threshold=0.5, params=PARAMS)
    assert found == intervals(detections, threshold=0.5, params=PARAMS)
    measured, _ = read_off(detections, threshold=0.5, sampled_at=np.array([0.5]))
    for name in ("mean", "always_on"):
        for key, of in found[name].items():
            assert of["low"] <= measured[name][key] + 1e-9
            assert measured[name][key] <= of["high"] + 1e-9
            assert of["low"] < of["high"] or key.startswith("recall")
    assert "average_precision" in found["mean"]
    assert "average_precision" not in found["always_on"]
