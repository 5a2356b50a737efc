"""What later papers on grounding report: beside the field's libraries, and where theory puts it.

The libraries are no requirement: where one is not installed, its values stand here, as it gave them for
the case below (sed_scores_eval 0.0.4, sed_eval 0.2.1).
"""

import math
from itertools import pairwise

import numpy as np
import pytest
from sed_params import sed_params
from sklearn.metrics import roc_auc_score

from audiophrase.evaluate import runs
from audiophrase.evaluate.auroc import area, auroc
from audiophrase.evaluate.baselines import random_scores
from audiophrase.evaluate.events import annotated
from audiophrase.evaluate.grounding import Pairs, values
from audiophrase.evaluate.psds import psds
from audiophrase.evaluate.threshold_auc import threshold_auc

# Three phrases that are heard, some for less than the collars, and one that is not.
HOPS_S = np.array([0.1, 0.1, 0.05, 0.1])
N_FRAMES = [40, 30, 60, 25]
EVENTS_S = [
    [(0.3, 1.25), (2.0, 2.4), (2.5, 2.7)],
    [(0.0, 3.0)],
    [(0.35, 0.6), (0.7, 0.95), (1.5, 2.8)],
    [],
]
SCORES = [
    np.array(
        [
            round(0.5 + 0.3 * math.sin(0.35 * n * (k + 1)) + 0.2 * math.sin(1.7 * n + k), 2)
            for n in of
        ]
    )
    for k, of in enumerate(map(range, N_FRAMES))
]
MAX_FALSE_PER_HOUR = 4000.0  # 17 in so little time


def events(events_s=EVENTS_S, n_frames=N_FRAMES, hops_s=HOPS_S):
    segments = [[{"onset_s": a, "offset_s": b} for a, b in of_pair] for of_pair in events_s]
    return annotated(segments, n_frames, hops_s)


def measured(scores=SCORES, events_s=EVENTS_S, hops_s=HOPS_S, threshold=0.5, **changes):
    n_frames = [len(of_pair) for of_pair in scores]
    params = sed_params(**changes)
    pairs = Pairs(events(events_s, n_frames, hops_s), hops_s)
    found = values(scores, pairs, threshold=threshold, params=params)
    return {(each.measure, each.parameter): each.value for each in found}


def of_the_case(threshold=0.5):
    given = sed_params().psds
    return measured(
        threshold=threshold,
        psds=type(given)(criteria=given.criteria, max_false_per_hour=MAX_FALSE_PER_HOUR),
    )


RECORDED = {
    ("psds", 0.7): 0.26285714285714284,
    ("psds", 0.5): 0.6308571428571429,
    ("psds", 0.1): 0.9382857142857144,
    ("event_f1", 0.5): 0.25,
    ("best_event_f1", None): 0.25806451612903225,
    ("intersection_f1", 0.5): 0.43478260869565216,
    ("best_intersection_f1", None): 0.7142857142857143,
}


@pytest.mark.parametrize("measure", RECORDED)
def test_measures_are_those_that_the_libraries_gave(measure):
    assert of_the_case()[measure] == pytest.approx(RECORDED[measure], abs=1e-6)


def test_measures_equal_sed_scores_eval():
    pytest.importorskip("sed_scores_eval")
    expected = of_sed_scores_eval()
    found = of_the_case()
    assert {key: found[key] for key in expected} == pytest.approx(expected, abs=1e-6)


def of_sed_scores_eval():
    import pandas as pd
    from sed_scores_eval import collar_based, intersection_based

    names = [str(pair) for pair in range(len(SCORES))]
    truth = {
        n: [(*e, "phrase") for e in of_pair] for n, of_pair in zip(names, EVENTS_S, strict=True)
    }
    durations = {n: len(s) * h for n, s, h in zip(names, SCORES, HOPS_S, strict=True)}
    scores = {}
    for name, of_pair, hop_s in zip(names, SCORES, HOPS_S, strict=True):
        times = np.round(np.arange(len(of_pair) + 1) * hop_s, 6)
        columns = {"onset": times[:-1], "offset": times[1:]}
        columns["phrase"] = of_pair.astype(object)  # it writes to the array, which pandas 3 forbids
        scores[name] = pd.DataFrame(columns)
    just_below = 0.5 - 1e-9  # it asks for more than the threshold, we for as much
    shares = {"dtc_threshold": 0.5, "gtc_threshold": 0.5}
    ends = {"onset_collar": 0.2, "offset_collar": 0.2, "offset_collar_rate": 0.2}
    found = {
        ("psds", share): intersection_based.psds(
            scores,
            truth,
            durations,
            dtc_threshold=share,
            gtc_threshold=share,
            cttc_threshold=None,
            alpha_ct=0.0,
            alpha_st=0.0,
            max_efpr=MAX_FALSE_PER_HOUR,
        )[0]
        for share in (0.7, 0.5, 0.1)
    }
    for name, module, known in (
        ("intersection_f1", intersection_based, shares),
        ("event_f1", collar_based, ends),
    ):
        found[name, 0.5] = module.fscore(scores, truth, threshold=just_below, **known)[0]["phrase"]
        found[f"best_{name}", None] = module.best_fscore(scores, truth, **known)[0]["phrase"]
    return found


@pytest.mark.parametrize("threshold", [0.2, 0.35, 0.5, 0.65])
def test_event_f1_equals_sed_eval(threshold):
    sed_eval = pytest.importorskip("sed_eval")
    metric = sed_eval.sound_event.EventBasedMetrics(
        ["phrase"], t_collar=0.2 + 1e-9, percentage_of_length=0.2
    )
    for pair, (of_pair, hop_s) in enumerate(zip(SCORES, HOPS_S, strict=True)):
        edges = np.flatnonzero(np.diff(np.concatenate([[0], of_pair >= threshold, [0]])))
        detected = [(a * hop_s, b * hop_s) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        reference, estimated = (
            [
                {"file": f"{pair}.wav", "event_label": "phrase", "onset": a, "offset": b}
                for a, b in spans
            ]
            for spans in (EVENTS_S[pair], detected)
        )
        metric.evaluate(reference_event_list=reference, estimated_event_list=estimated)
    expected = metric.overall_f_measure()["f_measure"]
    assert of_the_case(threshold)["event_f1", threshold] == pytest.approx(expected, abs=1e-6)


def th_auc_in_loops(share=0.5):
    """As its authors' code goes about it, in loops."""
    of_thresholds = []
    for step in range(50):
        n_true_detections = n_detections = n_true_events = n_events = 0
        for of_pair, hop_s, annotated_s in zip(SCORES, HOPS_S, EVENTS_S, strict=True):
            active = [score >= (2 * step + 1) / 100 for score in of_pair]
            around = [active[0], *active, active[-1]]
            smooth = [sum(around[n : n + 3]) >= 2 for n in range(len(active))]
            spans: list[list[int]] = []
            for n, on in enumerate(smooth):
                if on and spans and n - spans[-1][1] <= math.ceil(0.5 / hop_s):
                    spans[-1][1] = n + 1
                elif on:
                    spans.append([n, n + 1])
            detected = [(a * hop_s, b * hop_s) for a, b in spans]
            n_detections += len(detected)
            n_events += len(annotated_s)
            n_true_events += n_covered(annotated_s, detected, share)
            n_true_detections += n_covered(detected, annotated_s, share)
        precision = n_true_detections / n_detections if n_detections else 0
        recall = n_true_events / n_events
        either = precision + recall
        of_thresholds.append(2 * precision * recall / either if either else 0)
    return sum((a + b) / 2 * 0.02 for a, b in pairwise(of_thresholds))


def n_covered(spans, others, share):
    def covered(span, by):
        return sum(max(0, min(span[1], b) - max(span[0], a)) for a, b in by) >= share * (
            span[1] - span[0]
        ) * (1 - 1e-9)

    counted = [other for other in others if covered(other, spans)]
    return sum(covered(span, counted) for span in spans)


def test_th_auc_equals_its_loops():
    assert of_the_case()["th_auc", None] == pytest.approx(th_auc_in_loops(), abs=1e-9)


def test_auroc_equals_scikit_learn():
    rng = np.random.default_rng(0)
    active = rng.random(400) < 0.3
    scores = (rng.integers(0, 12, 400) + 3 * active).astype(np.float32)  # with ties
    assert auroc(scores, active) == pytest.approx(roc_auc_score(active, scores))
    assert auroc(scores, np.ones(400, bool)) is None
    assert auroc(scores, np.zeros(400, bool)) is None
    by_bin = [np.bincount(scores[which].astype(int), minlength=16) for which in (active, ~active)]
    both = area(*(np.stack([counts, counts[::-1]]) for counts in by_bin))
    mirrored = roc_auc_score(active, -scores)
    assert both == pytest.approx([roc_auc_score(active, scores), mirrored])


def test_some_pairs_at_a_time_say_what_all_at_once_do(monkeypatch):
    def found():
        pairs = Pairs(events(), HOPS_S)
        return list(values(SCORES, pairs, threshold=0.5, params=sed_params()))

    whole = found()
    monkeypatch.setattr(runs, "VALUES_A_BLOCK", 75)
    assert len(list(runs.blocks(N_FRAMES))) == 3
    for each, expected in zip(found(), whole, strict=True):
        assert (each.measure, each.parameter) == (expected.measure, expected.parameter)
        assert each.value == pytest.approx(expected.value, abs=1e-12)
        np.testing.assert_array_equal(each.twice_true, expected.twice_true)
        np.testing.assert_array_equal(each.either, expected.either)
    by_pair = {v.measure: v.either.tolist() for v in whole if v.either is not None}
    n_runs = [np.count_nonzero(np.diff(np.append(0, s >= 0.5)) > 0) for s in SCORES]
    expected = [n + len(e) for n, e in zip(n_runs, EVENTS_S, strict=True)]
    assert by_pair["event_f1"] == expected  # of each pair its own


# Theory.


def long_clips(n=300, n_frames=500):
    """A phrase a clip of ten seconds, heard from the beginning for some share of it."""
    shares = np.random.default_rng(3).uniform(0.02, 1.0, n)
    heard = [[(0.0, round(10 * share, 2))] for share in shares]
    return shares, heard, [n_frames] * n, np.full(n, 10 / n_frames)


def test_always_on_detects_what_fills_enough_of_its_clip_and_is_false_elsewhere():
    shares, heard, n_frames, hops_s = long_clips()
    always = [np.ones(n, np.float32) for n in n_frames]
    found = measured(always, heard, hops_s)
    per_hour = 3600 / 10  # a detection a clip
    for criterion in (0.7, 0.5, 0.1):
        filled = np.mean([of_clip[0][1] >= 10 * criterion for of_clip in heard])
        reached = 1 - (1 - filled) * per_hour / 800  # the part of the axis right of its only point
        assert found["psds", criterion] == pytest.approx(filled * reached)
    filled = np.mean([of_clip[0][1] >= 5 for of_clip in heard])
    expected = 2 * filled / (1 + 1)  # of as many detections, true or false, as events
    assert found["intersection_f1", 0.5] == pytest.approx(expected)
    assert found["best_intersection_f1", None] == pytest.approx(expected)
    # At every threshold it is the same, and the first and the last are .98 apart; the two criteria
    # of Th-AUC are met together, as there is one detection and one event.
    assert found["th_auc", None] == pytest.approx(0.98 * filled)
    ends = np.mean([10 - end <= max(0.2, 0.2 * end) + 1e-9 for ((_, end),) in heard])
    assert found["event_f1", 0.5] == found["best_event_f1", None] == pytest.approx(ends)
    active = np.concatenate([np.arange(500) < 50 * share * 10 for share in shares])
    assert auroc(np.concatenate(always), active) == 0.5


def test_always_on_is_perfect_at_a_tenth_where_every_phrase_fills_as_much():
    heard, hops_s = [[(2.0, 3.5)], [(0.0, 9.0)]], np.full(2, 0.02)
    always = [np.ones(500, np.float32)] * 2
    found = measured(always, heard, hops_s)
    assert found["psds", 0.1] == 1.0
    assert found["psds", 0.7] < 0.5


def test_random_scores_are_no_better_than_always_on_but_for_its_luck():
    """As the threshold falls, noise becomes always on; above, it is chopped into single frames."""
    _, heard, n_frames, hops_s = long_clips()
    rng = np.random.default_rng(4)
    drawn = random_scores(n_frames, rng, min_max=True)
    found = measured(drawn, heard, hops_s)
    always = measured([np.ones(n, np.float32) for n in n_frames], heard, hops_s)
    assert found["event_f1", 0.5] == pytest.approx(0.0, abs=0.001)
    assert found["best_event_f1", None] == pytest.approx(always["best_event_f1", None], abs=0.01)
    assert always["best_intersection_f1", None] <= found["best_intersection_f1", None] < 0.75
    assert found["psds", 0.7] == pytest.approx(always["psds", 0.7], abs=0.1)
    active = np.concatenate([np.arange(500) < 50 * of_clip[0][1] for of_clip in heard])
    assert auroc(np.concatenate(drawn), active) == pytest.approx(0.5, abs=0.005)


def test_who_knows_every_event_is_perfect():
    _, heard, _, hops_s = long_clips(40)
    known = [(np.arange(500) < 50 * of_clip[0][1]).astype(np.float32) for of_clip in heard]
    found = measured(known, heard, hops_s)
    assert found.pop(("th_auc", None)) == pytest.approx(0.98)
    assert set(found.values()) == {1.0}


def test_a_data_set_without_events_has_no_such_measures():
    assert measured([np.ones(5)], [[(0.0, 0.0)]], np.array([0.1])) == {}


# Details.


def test_psds_takes_the_best_share_at_each_rate():
    counts = {"n_events": 4, "duration_s": 3600.0, "max_false_per_hour": 10.0}
    # 1 of 4 at no false one, 3 at two, and later fewer, which does not count.
    found = psds(np.array([1, 3, 2, 4]), np.array([0, 2, 5, 11]), **counts)
    assert found == pytest.approx((2 * 1 / 4 + 8 * 3 / 4) / 10)
    assert psds(np.array([4]), np.array([20]), **counts) == 0.0


def test_a_phrase_that_is_never_heard_is_detected_in_vain():
    """The authors' code leaves such phrases out."""
    scores, hops_s = [np.ones(10), np.ones(10)], np.full(2, 0.1)
    both = measured(scores, [[(0.0, 1.0)], []], hops_s)
    alone = measured(scores[:1], [[(0.0, 1.0)]], hops_s[:1])
    assert alone["intersection_f1", 0.5] == 1.0
    assert both["intersection_f1", 0.5] == pytest.approx(2 / 3)
    assert both["psds", 0.5] < alone["psds", 0.5]


def smoothed(scores, onset_s, offset_s, hop_s=0.1, **changes):
    """Th-AUC of one phrase."""
    given = sed_params().th_auc
    known = {"n_thresholds": 50, "median_frames": 3, "max_gap_s": 0.5} | changes
    found = events([[(onset_s, offset_s)]], [len(scores)], np.array([hop_s]))
    return threshold_auc(
        [np.array(scores, float)],
        np.array([hop_s]),
        found,
        share=0.5,
        params=type(given)(**known),
    )


def test_gaps_are_joined_up_to_half_a_second():
    def gap(n):
        return [1, 1, 1, *[0] * n, 1, 1, 1]

    # Joined they are one detection, of which an event in its first half and a bit covers a half.
    assert smoothed(gap(5), 0.0, 0.6) == pytest.approx(0.98)
    # Apart, the second is false: precision 1/2, recall 1.
    assert smoothed(gap(6), 0.0, 0.6) == pytest.approx(0.98 * 2 / 3)
    assert smoothed(gap(6), 0.0, 0.6, max_gap_s=0.6) == pytest.approx(0.98)


def test_single_frames_are_smoothed_away_but_for_the_first_and_the_last():
    assert smoothed([0] * 8 + [1] + [0] * 8, 0.8, 0.9) == 0.0
    assert smoothed([0] * 8 + [1] + [0] * 8, 0.8, 0.9, median_frames=1) == pytest.approx(0.98)
    assert smoothed([1] + [0] * 8, 0.0, 0.1) == pytest.approx(0.98)  # mirrored, it stands twice


def test_the_area_is_that_under_f1_by_threshold():
    """Right below .4 and silent above: f1 is one at .01 … .39, and the trapezoid falls to .41."""
    assert smoothed([0.4] * 10, 0.0, 1.0) == pytest.approx(0.38 + 0.01)


def test_precision_and_recall_count_such_of_the_other_as_are_covered_themselves():
    """Two events, the second hardly detected; one detection of twice their length."""
    # Detection 0-1 s; events 0-.6 s (covered) and .95-3 s (not): its precision is of the first alone.
    scores = [1] * 10 + [0] * 30
    given = sed_params().th_auc
    found = threshold_auc(
        [np.array(scores, float)],
        np.array([0.1]),
        events([[(0.0, 0.45), (0.93, 3.0)]], [40], np.array([0.1])),
        share=0.5,
        params=given,
    )
    # .45 + .07 s of the detection lie in events, enough; but .45 s in events that are covered.
    assert found == 0.0  # precision is zero
