"""Measures of all phrases and of those active in a part of their clip, with their intervals."""

import numpy as np
import pytest
from sed_params import sed_params
from sklearn.metrics import average_precision_score, f1_score

from audiophrase.evaluate import sed
from audiophrase.evaluate.detection import Detections, measure, partial
from audiophrase.evaluate.parameters import BootstrapParams
from audiophrase.evaluate.summary import by_scores

BOOTSTRAP = BootstrapParams(seed=1, n_resamples=300, confidence=0.9, n_thresholds=500)
PARAMS = sed_params()


@pytest.fixture
def detections():
    """Six phrases in three clips, active in 0, 20, 40, 60, 80 and 100 % of ten frames."""
    rng = np.random.default_rng(0)
    active = [np.arange(10) < 2 * n for n in range(6)]
    scores = [0.4 * a + 0.6 * rng.random(10) for a in active]
    segments = [[{"onset_s": 0.0, "offset_s": 0.2 * n}] for n in range(6)]
    return Detections({"mean": scores}, active, [0, 0, 4, 4, 7, 7], segments, [0.1] * 6)


def test_the_part_holds_the_phrases_active_in_less_than_the_share(detections):
    part = partial(detections, 0.6)
    assert part.counts == {"n_clips": 2, "n_phrases": 3, "n_frames": 30}
    assert part.prevalence == pytest.approx(0.2)  # of none, two and four frames of ten
    assert partial(detections, 0.1) is None  # the only such phrase is never heard


def measured(detections, part="all"):
    return measure(
        detections,
        part=part,
        sampled_at=np.array([0.3, 0.5]),
        params=PARAMS,
        resampling=BOOTSTRAP,
    )


def test_measures_of_the_part_equal_scikit_learn(detections):
    rows, sampled = measured(partial(detections, 0.5), "partial")
    assert {row.part for row in rows} == {"partial"}
    found = by_scores(rows)
    active = np.concatenate(detections.active[:3])
    scores = np.concatenate(detections.scores["mean"][:3])
    assert found["mean"]["f1_at_0.5"] == pytest.approx(f1_score(active, scores >= 0.5))
    expected = average_precision_score(active, scores)
    assert found["mean"]["average_precision"] == pytest.approx(expected)
    assert sampled["mean"].f1[0] == pytest.approx(f1_score(active, scores >= 0.3))
    assert sampled["mean"].f1[1] == found["mean"]["f1_at_0.5"]
    assert found["always_on"]["f1_at_0.5"] == pytest.approx(f1_score(active, np.ones(30)))


def test_intervals_hold_the_measures_and_repeat(detections):
    rows, _ = measured(detections)
    assert rows == measured(detections)[0]
    with_interval = [row for row in rows if row.low is not None]
    for row in with_interval:
        assert row.low <= row.value + 1e-9
        assert row.value <= row.high + 1e-9
        assert row.low < row.high or row.value in (0.5, 1.0)
    frames, events = ["precision", "recall", "f1"], ["event_f1", "intersection_f1"]
    assert [(row.scores, row.measure) for row in with_interval] == [
        *[("mean", measure) for measure in (*frames, "average_precision", "auroc", *events)],
        *[("always_on", measure) for measure in (*frames, "auroc", *events)],
    ]


def test_resamples_are_of_clips_with_all_their_phrases(detections):
    """A phrase that is annotated four times over makes nobody surer."""
    fourfold = Detections(
        {name: [s for s in scores for _ in range(4)] for name, scores in detections.scores.items()},
        [active for active in detections.active for _ in range(4)],
        [clip for clip in detections.clip_of_phrase for _ in range(4)],
        [segments for segments in detections.segments for _ in range(4)],
        [hop_s for hop_s in detections.hops_s for _ in range(4)],
    )

    def intervals(rows):
        return {(row.scores, row.name): (row.low, row.high) for row in rows if row.low is not None}

    once, often = intervals(measured(detections)[0]), intervals(measured(fourfold)[0])
    assert once
    assert often == {name: pytest.approx(ends) for name, ends in once.items()}


def test_rows_begin_with_the_facts_and_stand_in_one_order(detections):
    rows, _ = measured(detections)
    assert [(row.measure, row.number) for row in rows if row.scores is None] == [
        ("n_clips", 3),
        ("n_phrases", 6),
        ("n_frames", 60),
        ("prevalence", 0.5),
    ]
    of_frames = [*(f"{name}_at_0.5" for name in sed.AT_THRESHOLD), *sed.OF_CURVE, "auroc"]
    events = 4 + len(of_frames)
    assert [row.name for row in rows[4:events]] == of_frames
    assert [row.name for row in rows[events : events + 8]] == [
        "psds_at_0.7",
        "psds_at_0.5",
        "psds_at_0.1",
        "event_f1_at_0.5",
        "best_event_f1",
        "intersection_f1_at_0.5",
        "best_intersection_f1",
        "th_auc",
    ]
    assert {row.n for row in rows[4:events]} == {60}
    assert {row.n for row in rows[events : events + 8]} == {
        5
    }  # events: the first phrase is never heard
    assert {row.n for row in rows[:4]} == {None}
    assert {row.sd for row in rows} == {None}
