"""Detection as intersection (Bilen et al., ICASSP 2020), counted exactly at every threshold.

A detection passes where at least a share `dtc` of it lies in annotated events of its phrase; else it is
a false positive. An event is detected where detections that pass cover at least a share `gtc` of it.
"""

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
    runs: Runs, detections: Events, events: Events, overlaps: Overlaps, *, dtc: float, gtc: float
) -> Intersections:
    """Events detected and false detections, by threshold; `detections` are the runs' times."""
    passes = shares_reached(overlaps.detection, overlaps.shared_us, detections.length_us, share=dtc)
    counted = passes[overlaps.detection]
    by = runs.at[overlaps.detection[counted]]
    detected = _covered(overlaps.event[counted], overlaps.shared_us[counted], by, events, gtc)
    return Intersections(detected, runs.at[~passes])


def shares_reached(
    of: np.ndarray, shared_us: np.ndarray, length_us: np.ndarray, *, share: float
) -> np.ndarray:
    """Whether what is shared with others adds up to a share of the length: (m,), (m,), (n,) -> (n,)."""
    covered_us = np.bincount(of, weights=shared_us, minlength=len(length_us))
    return covered_us >= np.rint(share * length_us)


def _covered(
    event: np.ndarray, shared_us: np.ndarray, by: Spans, events: Events, gtc: float
) -> Spans:
    """Where the time of an event that detections share, each in its span, is enough."""
    numbers = np.concatenate([event, event])
    at = np.concatenate([by.highest, by.above])
    change_us = np.concatenate([shared_us, -shared_us])
    order = np.lexsort((-at, numbers))
    numbers, at = numbers[order], at[order]
    covered_us = change_us[
        order
    ].cumsum()  # an event's changes add up to zero, so each starts there
    last = np.ones(len(at), bool)  # of the changes at one threshold
    last[:-1] = (numbers[1:] != numbers[:-1]) | (at[1:] != at[:-1])
    numbers, at, covered_us = numbers[last], at[last], covered_us[last]
    enough = covered_us >= np.rint(gtc * events.length_us[numbers])
    where = np.flatnonzero(enough & (at > -np.inf))
    return Spans(events.pair[numbers[where]], at[where], at[where + 1])
