import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    average_precision_score,
    precision_recall_curve,
    precision_recall_fscore_support,
)

from audiophrase.evaluate import baselines, sed


def segments(*pairs):
    return [{"onset_s": onset_s, "offset_s": offset_s} for onset_s, offset_s in pairs]


def frames(*pairs, n_frames: int = 501, hop_s: float = 0.02):
    return np.flatnonzero(sed.frame_labels(segments(*pairs), n_frames, hop_s)).tolist()


def test_labels_begin_at_the_first_frame_not_before_the_onset():
    assert frames((0.0, 0.06)) == [0, 1, 2]
    assert frames((0.01, 0.05)) == [1, 2]
    assert frames((0.14, 0.18)) == [7, 8]  # 0.14 / 0.02 is a little above 7 in floating point
    assert frames((0.021, 0.039)) == []


def test_labels_are_clipped_to_the_clip_and_empty_for_a_phrase_never_heard():
    assert frames((9.99, 10.02)) == [500]
    assert frames((0.0, 0.0)) == []
    assert frames((0.0, 0.04), (0.02, 0.08)) == [0, 1, 2, 3]


def test_the_actual_hop_counts():
    assert frames((0.1, 0.2), hop_s=220 / 11025)[:2] == [6, 7]


@given(
    data=st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=2, max_size=60).filter(
        lambda pairs: any(active for _, active in pairs)
    )
)
def test_curve_equals_scikit_learn_at_every_distinct_score(data):
    scores = np.array([score / 8 for score, _ in data], dtype=np.float32)
    active = np.array([active for _, active in data])
    exact = sed.curve(scores, active)
    precision, recall, thresholds = precision_recall_curve(active, scores)
    np.testing.assert_allclose(exact.thresholds, thresholds[::-1])
    np.testing.assert_allclose(exact.precision, precision[:-1][::-1])
    np.testing.assert_allclose(exact.recall, recall[:-1][::-1])
    expected = average_precision_score(active, scores)
    assert sed.curve_average_precision(exact) == pytest.approx(expected)
    for threshold in (0.0, 0.3, 0.5, 1.0):
        p, r, f1, _ = precision_recall_fscore_support(
            active, scores >= threshold, average="binary", zero_division=0
        )
        point = sed.at_thresholds(exact, np.array([threshold]))
        assert point.precision[0] == pytest.approx(p)
        assert point.recall[0] == pytest.approx(r)
        assert point.f1[0] == pytest.approx(f1)


def test_best_f1_is_the_largest_over_all_thresholds():
    rng = np.random.default_rng(0)
    scores, active = rng.random(500).astype(np.float32), rng.random(500) < 0.4
    best, threshold = sed.best_f1(sed.curve(scores, active))
    tried = {}
    for candidate in scores:
        predicted = scores >= candidate
        tried[candidate] = 2 * (predicted & active).sum() / (predicted.sum() + active.sum())
    assert best == pytest.approx(max(tried.values()))
    assert tried[np.float32(threshold)] == pytest.approx(best)


def test_no_active_frame_leaves_recall_undefined():
    with pytest.raises(ValueError, match="recall"):
        sed.curve(np.ones(3), np.zeros(3, dtype=bool))


def test_always_on_equals_predicting_every_frame():
    active = np.random.default_rng(1).random(1000) < 0.52
    p, r, f1, _ = precision_recall_fscore_support(active, np.ones(1000), average="binary")
    assert baselines.always_on(active) == pytest.approx({"precision": p, "recall": r, "f1": f1})


def test_random_scores_have_the_prevalence_as_precision_and_half_as_recall():
    rng = np.random.default_rng(2)
    active = rng.random(200 * 501) < 0.52
    scores = baselines.random_scores([501] * 200, rng, min_max=True)
    assert {(float(s.min()), float(s.max())) for s in scores} == {(0.0, 1.0)}
    exact = sed.curve(np.concatenate(scores), active)
    point = sed.at_thresholds(exact, np.array([0.5]))
    error = np.sqrt(0.25 / len(active))
    assert point.recall[0] == pytest.approx(0.5, abs=5 * error)
    assert point.precision[0] == pytest.approx(active.mean(), abs=5 * error)
    assert sed.curve_average_precision(exact) == pytest.approx(active.mean(), abs=0.01)
