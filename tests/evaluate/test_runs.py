"""What is counted at every threshold at once, beside counting at each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiophrase.evaluate import collars, runs
from audiophrase.evaluate.events import Events, annotated, in_us, overlaps
from audiophrase.evaluate.intersections import intersections
from audiophrase.evaluate.parameters import CollarParams

HOP_S = 0.1
SCORES = st.lists(
    st.lists(st.integers(0, 6), min_size=1, max_size=12), min_size=1, max_size=4
)  # few levels, so many ties
SEGMENTS = st.lists(st.tuples(st.integers(0, 120), st.integers(1, 60)), max_size=4)


def detected(scores, threshold):
    """(first frame, end) of the runs that reach the threshold, in a loop."""
    found, first = [], None
    for index, score in enumerate([*scores, -1]):
        if score >= threshold and first is None:
            first = index
        elif score < threshold and first is not None:
            found.append((first, index))
            first = None
    return found


def grid(scores):
    return np.unique(np.concatenate(scores)).astype(np.float32)


def tally(scores, spans, threshold=0.0):
    counted = runs.Tally(grid(scores), at=threshold, n_pairs=len(scores))
    counted.add(spans, 0)
    return counted


def n_at(scores, spans, threshold):
    return tally(scores, spans, threshold).of_pairs.sum()


@given(SCORES)
def test_at_each_threshold_the_runs_are_those_of_a_loop(scores):
    found = runs.all_runs([np.array(of_pair, np.float32) for of_pair in scores])
    assert len(found.first) <= sum(map(len, scores))
    assert (found.at.highest > found.at.above).all()
    for threshold in {score for of_pair in scores for score in of_pair} | {2.5, 7}:
        holds = (found.at.highest >= threshold) & (found.at.above < threshold)
        columns = (found.at.pair[holds], found.first[holds], found.end[holds])
        at = sorted(zip(*(column.tolist() for column in columns), strict=True))
        expected = [(pair, *run) for pair, s in enumerate(scores) for run in detected(s, threshold)]
        assert at == expected
        of_pairs = tally(scores, found.at, threshold).of_pairs
        assert of_pairs.tolist() == [len(detected(s, threshold)) for s in scores]
    expected = [sum(len(detected(s, t)) for s in scores) for t in grid(scores)[::-1]]
    assert tally(scores, found.at).counts().tolist() == expected


def in_seconds(drawn, n_frames):
    """Segments that may overlap and touch, of hundredths of a second."""
    return [{"onset_s": a / 100, "offset_s": (a + length) / 100} for a, length in drawn]


def merged(segments, end_s):
    active = np.zeros(round(100 * end_s) + 2, bool)
    for segment in segments:
        active[1 + round(100 * segment["onset_s"]) : 1 + round(100 * segment["offset_s"])] = True
    edges = np.flatnonzero(np.diff(np.append(active[:-1], False)))
    return [(a / 100, b / 100) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def share(one, others):
    return sum(max(0, min(one[1], o[1]) - max(one[0], o[0])) for o in others) / (one[1] - one[0])


@given(
    data=st.lists(
        st.tuples(st.lists(st.integers(0, 6), min_size=1, max_size=12), SEGMENTS),
        min_size=1,
        max_size=4,
    ),
    dtc=st.sampled_from([0.1, 0.5, 0.7, 1.0]),
    gtc=st.sampled_from([0.1, 0.5, 0.7, 1.0]),
)
def test_intersections_and_collars_equal_counting_at_each_threshold(data, dtc, gtc):
    scores = [np.array(of_pair, np.float32) for of_pair, _ in data]
    n_frames = [len(of_pair) for of_pair in scores]
    segments = [in_seconds(drawn, n) for (_, drawn), n in zip(data, n_frames, strict=True)]
    hops_s = np.full(len(scores), HOP_S)
    events = annotated(segments, n_frames, hops_s)
    expected_events = [merged(s, n * HOP_S) for s, n in zip(segments, n_frames, strict=True)]
    flat = [(pair, *event) for pair, of_pair in enumerate(expected_events) for event in of_pair]
    assert events.pair.tolist() == [pair for pair, *_ in flat]
    np.testing.assert_array_equal(events.onset_us, np.rint([1e6 * onset for _, onset, _ in flat]))
    np.testing.assert_array_equal(events.offset_us, np.rint([1e6 * end for *_, end in flat]))

    found = runs.all_runs(scores)
    times = Events(found.at.pair, in_us(found.first, HOP_S), in_us(found.end, HOP_S))
    both = overlaps(times, events)
    _, counted = intersections(found, times, events, both, [(0.3, 0.3), (dtc, gtc)])
    params = CollarParams(onset_s=0.1, offset_s=0.1, offset_share=0.5)
    hit = collars.matched(found, collars.hits(times, events, params))
    for threshold in np.unique(np.concatenate(scores)):
        n_detected = n_false = n_matched = 0
        for s, of_pair in zip(scores, expected_events, strict=True):
            spans = [(a * HOP_S, b * HOP_S) for a, b in detected(s.tolist(), threshold)]
            passing = [d for d in spans if share(d, of_pair) >= dtc - 1e-7]
            n_false += len(spans) - len(passing)
            n_detected += sum(share(event, passing) >= gtc - 1e-7 for event in of_pair)
            n_matched += most_matched(spans, of_pair, params)
        for spans, expected in (
            (counted.detected, n_detected),
            (counted.false, n_false),
            (hit, n_matched),
        ):
            assert n_at(scores, spans, threshold) == expected
            index = grid(scores)[::-1].tolist().index(threshold)
            assert tally(scores, spans).counts()[index] == expected


def most_matched(detections, events, params):
    """Every way to give the first detection an event, or none, and so on."""
    if not detections:
        return 0
    (onset, offset), *others = detections
    best = most_matched(others, events, params)
    for index, event in enumerate(events):
        collar = max(params.offset_s, params.offset_share * (event[1] - event[0]))
        if (
            abs(onset - event[0]) <= params.onset_s + 1e-7
            and abs(offset - event[1]) <= collar + 1e-7
        ):
            left = events[:index] + events[index + 1 :]
            best = max(best, 1 + most_matched(others, left, params))
    return best


SHORT = CollarParams(onset_s=0.2, offset_s=0.2, offset_share=0.2)


def matched_at(scores, segments_s, threshold):
    """How many events are matched: one phrase, frames of .1 s."""
    scores = [np.array(scores, float)]
    segments = [[{"onset_s": a, "offset_s": b} for a, b in segments_s]]
    events = annotated(segments, [len(scores[0])], np.array([HOP_S]))
    found = runs.all_runs(scores)
    times = Events(found.at.pair, in_us(found.first, HOP_S), in_us(found.end, HOP_S))
    hit = collars.hits(times, events, SHORT)
    return len(hit[0]), n_at(scores, collars.matched(found, hit), threshold)


def test_a_detection_that_hits_two_short_events_counts_once():
    one = [0] * 10 + [1, 1] + [0] * 8  # 1.0 to 1.2 s
    assert matched_at(one, [(0.9, 1.05), (1.1, 1.3)], 1.0) == (2, 1)


def test_an_event_that_two_detections_hit_counts_once():
    two = [0] * 9 + [1, 0, 1, 1] + [0] * 8  # .9 to 1.0 s and 1.1 to 1.3 s
    assert matched_at(two, [(1.0, 1.2)], 1.0) == (2, 1)
    at_two_thresholds = [0] * 9 + [0.2, 1, 1] + [0] * 8  # grown by a frame, it hits it still
    assert matched_at(at_two_thresholds, [(1.0, 1.2)], 1.0) == (2, 1)
    assert matched_at(at_two_thresholds, [(1.0, 1.2)], 0.1) == (2, 1)


def test_segments_that_touch_are_one_event_and_all_end_with_the_clip():
    spans = [(0.5, 0.8), (0.2, 0.5), (0.9, 3.0), (0.85, 0.9), (5.0, 6.0), (0.0, 0.0)]
    segments = [[{"onset_s": a, "offset_s": b} for a, b in spans], []]
    events = annotated(segments, [10, 10], np.array([0.1, 0.1]))
    assert events.onset_us.tolist() == [200_000, 850_000]
    assert events.offset_us.tolist() == [800_000, 1_000_000]
    assert events.pair.tolist() == [0, 0]


def test_a_detection_takes_another_event_so_that_one_more_is_matched():
    assert collars.largest_matching([(0, 0), (0, 1), (1, 0)]) == 2
    assert collars.largest_matching([(0, 0), (1, 0), (2, 0)]) == 1
    assert collars.largest_matching([]) == 0


@pytest.mark.parametrize("lengths", [[3, 4, 5], [8], [9, 1, 1, 9], []])
def test_blocks_hold_every_pair_once_and_no_more_values_than_they_may(lengths, monkeypatch):
    monkeypatch.setattr(runs, "VALUES_A_BLOCK", 8)
    blocks = list(runs.blocks(lengths))
    assert [n for block in blocks for n in range(len(lengths))[block]] == list(range(len(lengths)))
    for block in blocks:
        assert sum(lengths[block]) <= 8 or block.stop - block.start == 1
