"""Detection as hitting both ends (Mesaros et al. 2016), counted exactly at every threshold.

A detection hits an event of its phrase where its onset and offset each lie within a collar of the
event's. Each counts once: as many are true as can be matched, one detection to one event.
"""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from audiophrase.evaluate.events import Events, side_by_side
from audiophrase.evaluate.parameters import CollarParams
from audiophrase.evaluate.runs import Runs, Spans, joined

Hits = tuple[np.ndarray, np.ndarray]  # numbers of detections and of the events that they hit


def hits(detections: Events, events: Events, params: CollarParams) -> Hits:
    """Who hits whom, at whatever threshold: (m,), (m,)."""
    detection, event = side_by_side(detections, events)
    onset_us = np.rint(1e6 * params.onset_s)
    offset_us = np.rint(
        np.maximum(1e6 * params.offset_s, params.offset_share * events.length_us[event])
    )
    near = np.abs(detections.onset_us[detection] - events.onset_us[event]) <= onset_us
    near &= np.abs(detections.offset_us[detection] - events.offset_us[event]) <= offset_us
    return detection[near], event[near]


def matched(runs: Runs, hit: Hits) -> Spans:
    """At which thresholds an event and a detection are matched.

    A phrase whose hits are all of one event, no two at any threshold, needs no matching; nor does one
    whose events never share a detection. In the others there are events so short that a detection
    hits two of them, or two detections one; they are matched threshold by threshold.
    """
    detection, event = hit
    spans = runs.at[detection]
    pair = spans.pair
    contested = np.zeros(1 + max(pair, default=0), bool)
    contested[pair[_shared(detection)]] = True
    contested[pair[_overlapping(event, spans)]] = True
    alone = ~contested[pair]
    pieces = [spans[alone]]
    for number in np.flatnonzero(contested):
        chosen = np.flatnonzero(pair == number)
        pieces.append(
            _matched_in_pair(int(number), detection[chosen], event[chosen], spans[chosen])
        )
    return joined(pieces)


def _shared(detection: np.ndarray) -> np.ndarray:
    """Which hits are of a detection that hits several events."""
    _, number, n = np.unique(detection, return_inverse=True, return_counts=True)
    return n[number] > 1


def _overlapping(event: np.ndarray, spans: Spans) -> np.ndarray:
    """Which hits are of an event that several detections hit at one threshold."""
    order = np.lexsort((-spans.highest, event))
    events, highest, above = event[order], spans.highest[order], spans.above[order]
    overlapping = np.zeros(len(event), bool)
    if len(event):
        overlapping[order[1:]] = (events[1:] == events[:-1]) & (highest[1:] > above[:-1])
    return overlapping


def _matched_in_pair(pair: int, detection: np.ndarray, event: np.ndarray, at: Spans) -> Spans:
    """The size of the largest matching, as so many spans between two thresholds where it changes."""
    changes = np.unique(np.concatenate([at.highest, at.above]))[::-1]
    highest, above = [], []
    for high, low in pairwise(changes.tolist()):
        holds = (at.highest >= high) & (at.above < high)
        n = largest_matching(zip(detection[holds].tolist(), event[holds].tolist(), strict=True))
        highest += n * [high]
        above += n * [low]
    return Spans(np.full(len(highest), pair), np.array(highest, float), np.array(above, float))


def largest_matching(pairs: Iterable[tuple[int, int]]) -> int:
    """How many of the pairs can be chosen, each left and right number once (augmenting paths)."""
    rights: dict[int, list[int]] = {}
    for left, right in pairs:
        rights.setdefault(left, []).append(right)
    left_of: dict[int, int] = {}

    def takes(left: int, tried: set[int]) -> bool:
        for right in rights[left]:
            if right not in tried:
                tried.add(right)
                if right not in left_of or takes(left_of[right], tried):
                    left_of[right] = left
                    return True
        return False

    return sum(takes(left, set()) for left in rights)
