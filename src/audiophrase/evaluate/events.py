"""Annotated events and detections on one clock, in whole microseconds, so that sums are exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

US_PER_S = 1_000_000


@dataclass(frozen=True, slots=True)
class Events:
    """Stretches of time of some clip-phrase pairs, by pair and then by time: (n,) int64 each.

    Those of one pair have a gap in between. Each pair is taken for a recording of its own, in which
    there is but one class to detect: that of its phrase.
    """

    pair: np.ndarray
    onset_us: np.ndarray
    offset_us: np.ndarray

    @property
    def length_us(self) -> np.ndarray:
        return self.offset_us - self.onset_us

    def of_pairs(self, first: int, end: int) -> "Events":
        """Those of pairs `first` up to but not including `end`, whose numbers then begin at zero."""
        low, high = np.searchsorted(self.pair, [first, end])
        return Events(
            self.pair[low:high] - first, self.onset_us[low:high], self.offset_us[low:high]
        )


@dataclass(frozen=True, slots=True)
class Overlaps:
    """The detections and annotated events of a pair that share time: (m,) each."""

    detection: np.ndarray  # their numbers
    event: np.ndarray
    shared_us: np.ndarray


def annotated(
    segments: Sequence[Sequence[Mapping[str, float]]], n_frames: Sequence[int], hops_s: np.ndarray
) -> Events:
    """The events of each pair's segments, cut off where its clip ends.

    Segments that overlap or touch are one event; an empty one, such as the [0, 0] of a phrase that is
    never heard, is none.
    """
    ends = in_us(np.asarray(n_frames), hops_s).tolist()
    events: list[tuple[int, int, int]] = []
    for pair, of_pair in enumerate(segments):
        last = None
        for onset_s, offset_s in sorted((s["onset_s"], s["offset_s"]) for s in of_pair):
            onset, offset = round(onset_s * US_PER_S), round(offset_s * US_PER_S)
            onset, offset = max(onset, 0), min(offset, ends[pair])
            if onset >= offset:
                continue
            if last is not None and onset <= last[1]:
                last[1] = max(last[1], offset)
                continue
            if last is not None:
                events.append((pair, *last))
            last = [onset, offset]
        if last is not None:
            events.append((pair, *last))
    return Events(*np.array(events, np.int64).reshape(-1, 3).T)


def in_us(frames: np.ndarray, hops_s: np.ndarray | float) -> np.ndarray:
    """When frames begin: (n,), (n,) or one -> (n,) int64."""
    return np.rint(frames * np.asarray(hops_s) * US_PER_S).astype(np.int64)


def side_by_side(detections: Events, events: Events) -> tuple[np.ndarray, np.ndarray]:
    """Every detection with every event of its pair, as their numbers: (m,), (m,)."""
    low, high = (np.searchsorted(events.pair, detections.pair, side=s) for s in ("left", "right"))
    n_events = high - low
    detection = np.repeat(np.arange(len(n_events)), n_events)
    return detection, np.arange(len(detection)) + np.repeat(high - n_events.cumsum(), n_events)


def overlaps(detections: Events, events: Events) -> Overlaps:
    """All of them."""
    detection, event = side_by_side(detections, events)
    shared = np.minimum(detections.offset_us[detection], events.offset_us[event])
    shared -= np.maximum(detections.onset_us[detection], events.onset_us[event])
    some = shared > 0
    return Overlaps(detection[some], event[some], shared[some])
