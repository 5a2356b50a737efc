"""Detection as intersection (Bilen et al., ICASSP 2020), counted exactly at every threshold.

A detection passes where at least a share `dtc` of it lies in annotated events of its phrase; else it is
a false positive. An event is detected where detections that pass cover at least a share `gtc` of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.events import Events, Overlaps
from audiophrase.evaluate.runs import Runs, Spans


@dataclass(frozen=True, slots=True)
class Intersections:
    """At which thresholds what holds."""

    detected: Spans  # events
    false: Spans  # detections that do not pass


def intersections(
    runs: Runs,
    detections: Events,
    events: Events,
    overlaps: Overlaps,
    criteria: Sequence[tuple[float, float]],
) -> list[Intersections]:
    """Events detected and false detections, for each (dtc, gtc); `detections` are the runs' times."""
    by = runs.at[overlaps.detection]
    event, at = np.tile(overlaps.event, 2), np.concatenate([by.highest, by.above])
    order = np.lexsort((-at, event))  # what each event gains and loses as the threshold falls
    event, at = event[order], at[order]
    detection = np.tile(overlaps.detection, 2)[order]
    change_us = np.concatenate([overlaps.shared_us, -overlaps.shared_us])[order]
    by_criterion = []
    for dtc, gtc in criteria:
        passes = shares_reached(
            overlaps.detection, overlaps.shared_us, detections.length_us, share=dtc
        )
        counted = passes[detection]
        detected = _covered(event[counted], at[counted], change_us[counted], events, gtc)
        by_criterion.append(Intersections(detected, runs.at[~passes]))
    return by_criterion


def shares_reached(
    numbers: np.ndarray, shared_us: np.ndarray, length_us: np.ndarray, *, share: float
) -> np.ndarray:
    """Whether what is shared with others adds up to a share of the length: (m,), (m,), (n,) -> (n,)."""
    covered_us = np.bincount(numbers, weights=shared_us, minlength=len(length_us))
    return covered_us >= np.rint(share * length_us)


def _covered(
    numbers: np.ndarray, at: np.ndarray, change_us: np.ndarray, events: Events, gtc: float
) -> Spans:
    """Where detections cover enough of an event, from what it gains and loses, in that order."""
    covered_us = change_us.cumsum()  # an event's changes add up to zero, so each starts there
    last = np.ones(len(at), bool)  # of the changes at one threshold
    last[:-1] = (numbers[1:] != numbers[:-1]) | (at[1:] != at[:-1])
    numbers, at, covered_us = numbers[last], at[last], covered_us[last]
    enough = covered_us >= np.rint(gtc * events.length_us[numbers])
    where = np.flatnonzero(enough & (at > -np.inf))
    return Spans(events.pair[numbers[where]], at[where], at[where + 1])
