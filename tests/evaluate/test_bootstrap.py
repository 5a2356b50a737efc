"""Intervals over clips: each resample equals the measure on the drawn clips put together."""

import tracemalloc

import numpy as np
import pytest
from sklearn.metrics import (
    average_precision_score,
    precision_recall_fscore_support,
    roc_auc_score,
)

from audiophrase.evaluate import bootstrap, sed

N_CLIPS, N_RESAMPLES = 9, 40


@pytest.fixture
def rng():
    return np.random.default_rng(5)


@pytest.fixture
def counts(rng):
    return bootstrap.resample(N_CLIPS, N_RESAMPLES, rng)


def phrases(rng, *, n_levels=None):
    """Scores and labels of unequal lengths, several phrases a clip, clip 3 without any."""
    clips = [clip for clip in range(N_CLIPS) if clip != 3 for _ in range(1 + clip % 3)]
    scores, active = [], []
    for _ in clips:
        n_frames = int(rng.integers(5, 30))
        drawn = rng.random(n_frames)
        scores.append(np.round(drawn * n_levels) / n_levels if n_levels else drawn)
        active.append(rng.random(n_frames) < 0.3 + 0.4 * drawn)
    return scores, active, clips


def drawn_again(counts, clips, *values):
    """The frames of a resample, each phrase as often as its clip was drawn."""
    return [
        np.concatenate([np.tile(v, counts[clip]) for v, clip in zip(of, clips, strict=True)])
        for of in values
    ]


def test_a_resample_draws_as_many_clips_as_there_are(counts):
    assert counts.shape == (N_RESAMPLES, N_CLIPS)
    assert (counts.sum(axis=1) == N_CLIPS).all()
    assert counts.mean(axis=0) == pytest.approx(1, abs=0.6)


def test_resamples_are_those_of_one_draw_however_many_are_held_at_a_time(monkeypatch):
    whole = np.random.default_rng(3).multinomial(N_CLIPS, np.full(N_CLIPS, 1 / N_CLIPS), size=50)
    for n_values in (1, 70, 10**6):
        monkeypatch.setattr(bootstrap, "VALUES_A_BLOCK", n_values)
        drawn = bootstrap.resample(N_CLIPS, 50, np.random.default_rng(3))
        np.testing.assert_array_equal(drawn, whole)
        assert drawn.dtype == np.uint8


def test_detection_and_medians_are_the_same_however_much_is_held_at_a_time(
    rng, counts, monkeypatch
):
    scores, active, clips = phrases(rng)
    clip_of_value, values = rng.integers(0, N_CLIPS, 50), rng.integers(1, 8, 50)
    results = []
    for n_values in (1, 100, 10**6):
        monkeypatch.setattr(bootstrap, "VALUES_A_BLOCK", n_values)
        measured = bootstrap.detection(
            scores, active, clips, counts, threshold=0.5, n_thresholds=40
        )
        medians = bootstrap.medians(values, clip_of_value, counts)
        ones = bootstrap.ratios(np.arange(N_CLIPS), np.ones(N_CLIPS), counts)
        results.append({**measured, "median": medians, "ratio": ones})
    for other in results[1:]:
        for name, expected in results[0].items():
            np.testing.assert_array_equal(other[name], expected, err_msg=name)


def test_memory_is_that_of_a_block_however_many_clips_there_are(monkeypatch):
    n_clips, n_resamples, n_bins = 3000, 50, 200
    monkeypatch.setattr(bootstrap, "VALUES_A_BLOCK", 2**14)
    rng = np.random.default_rng(0)
    scores = list(rng.random((n_clips, 5)))
    active = [of_phrase > 0.5 for of_phrase in scores]
    tracemalloc.start()
    counts = bootstrap.resample(n_clips, n_resamples, rng)
    bootstrap.detection(
        scores, active, np.arange(n_clips), counts, threshold=0.5, n_thresholds=n_bins
    )
    bootstrap.medians(np.arange(n_clips), np.arange(n_clips), counts)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1.5e6  # 150 kB of counts; clips by bins would be 4.8 MB, and wider counts 1.2


def test_detection_in_each_resample_equals_scikit_learn_on_the_drawn_clips(rng, counts):
    scores, active, clips = phrases(rng, n_levels=12)
    found = bootstrap.detection(scores, active, clips, counts, threshold=0.5, n_thresholds=13)
    for row, drawn in enumerate(counts):
        of_scores, of_active = drawn_again(drawn, clips, scores, active)
        p, r, f1, _ = precision_recall_fscore_support(
            of_active, of_scores >= 0.5, average="binary", zero_division=0
        )
        assert found["precision"][row] == pytest.approx(p)
        assert found["recall"][row] == pytest.approx(r)
        assert found["f1"][row] == pytest.approx(f1)
        expected = average_precision_score(of_active, of_scores)
        assert found["average_precision"][row] == pytest.approx(expected)
        assert found["auroc"][row] == pytest.approx(roc_auc_score(of_active, of_scores))


def test_average_precision_over_quantiles_is_close_to_the_exact_one(rng, counts):
    scores, active, clips = phrases(rng)
    close = bootstrap.detection(scores, active, clips, counts, threshold=0.5, n_thresholds=100)
    for row, drawn in enumerate(counts):
        exact = sed.curve_average_precision(sed.curve(*drawn_again(drawn, clips, scores, active)))
        assert close["average_precision"][row] == pytest.approx(exact, abs=0.02)


def test_ratios_and_medians_equal_those_of_the_drawn_clips(rng, counts):
    clip_of_value = np.sort(rng.integers(0, N_CLIPS, 50))
    ranks = rng.integers(1, 8, 50)
    hits = ranks <= 3
    totals = np.bincount(clip_of_value, minlength=N_CLIPS)
    sums = np.bincount(clip_of_value, weights=hits, minlength=N_CLIPS)
    shares = bootstrap.ratios(sums, totals, counts)
    medians = bootstrap.medians(ranks, clip_of_value, counts)
    for row, drawn in enumerate(counts):
        again = np.repeat(np.arange(50), drawn[clip_of_value])
        assert shares[row] == pytest.approx(hits[again].mean())
        assert medians[row] == np.median(ranks[again])


def test_the_interval_holds_the_middle_of_the_resamples():
    values = np.append(np.arange(101) / 100, np.nan)  # one resample leaves the measure undefined
    assert bootstrap.interval(values, 0.9) == pytest.approx({"low": 0.05, "high": 0.95})
    assert bootstrap.interval(np.full(3, np.nan), 0.9) == {}


def test_a_mean_is_inside_its_interval_as_often_as_said():
    """Coverage of the 90 % interval of a mean over 40 clips, in 200 draws of them."""
    rng, n_inside = np.random.default_rng(1), 0
    for _ in range(200):
        values = rng.random(40)
        counts = bootstrap.resample(40, 200, rng)
        found = bootstrap.interval(bootstrap.ratios(values, np.ones(40), counts), 0.9)
        n_inside += found["low"] <= 0.5 <= found["high"]
    assert n_inside / 200 == pytest.approx(0.9, abs=0.07)


def test_a_resample_without_an_active_frame_has_no_recall():
    counts = np.array([[2, 0], [1, 1]])
    found = bootstrap.detection(
        [np.ones(4), np.ones(4)],
        [np.zeros(4, bool), np.ones(4, bool)],
        [0, 1],
        counts,
        threshold=0.5,
        n_thresholds=10,
    )
    assert np.isnan(found["recall"][0])
    assert np.isnan(found["average_precision"][0])
    assert np.isnan(found["auroc"][0])
    assert found["f1"].tolist() == [0.0, pytest.approx(2 / 3)]
