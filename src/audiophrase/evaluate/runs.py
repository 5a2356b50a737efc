"""What is detected at every threshold at once: the runs of frames whose scores reach it.

As the threshold falls, runs begin, grow and merge, and each time it takes a frame at least: a phrase of
T frames has at most T different runs over all thresholds. What is counted over runs is therefore known
exactly at every threshold, at the cost of a sort.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

VALUES_A_BLOCK = 2**18


@dataclass(frozen=True, slots=True)
class Spans:
    """Something that holds at thresholds above `above`, up to `highest`: (n,) each."""

    pair: np.ndarray  # of which clip-phrase pair
    highest: np.ndarray
    above: np.ndarray  # -inf where it holds however low the threshold

    def of_pairs(self, threshold: float) -> np.ndarray:
        """How many hold at one threshold in each pair, up to the last that has any: int64."""
        holds = (threshold <= self.highest) & (threshold > self.above)
        return np.bincount(self.pair[holds])

    def __getitem__(self, chosen: np.ndarray) -> "Spans":
        return Spans(self.pair[chosen], self.highest[chosen], self.above[chosen])


@dataclass(frozen=True, slots=True)
class Runs:
    """Detections: frames `first` up to but not including `end`, at some thresholds; (n,) each."""

    first: np.ndarray
    end: np.ndarray
    at: Spans


class Tally:
    """How many spans hold: at each threshold, and at one of them in each pair.

    Spans are taken some pairs at a time, and no more is kept than 4 bytes a threshold.
    """

    def __init__(self, thresholds: np.ndarray, *, at: float, n_pairs: int) -> None:
        """
        Args:
            thresholds: (K,) ascending, all between which anything changes.
            at: the one at which the pairs are counted.
        """
        self._thresholds, self._at = thresholds, at
        self._changes = np.zeros(len(thresholds), np.int32)  # as the threshold falls to each
        self.of_pairs = np.zeros(n_pairs, np.int64)

    def add(self, spans: Spans, first_pair: int) -> None:
        """Take the spans of some pairs, whose first has the number `first_pair`."""
        highest, above = (at.astype(self._thresholds.dtype) for at in (spans.highest, spans.above))
        np.add.at(self._changes, np.searchsorted(self._thresholds, highest), 1)
        ends = np.searchsorted(self._thresholds, above[above > -np.inf])
        np.subtract.at(self._changes, ends, 1)
        of_pairs = spans.of_pairs(self._at)
        self.of_pairs[first_pair : first_pair + len(of_pairs)] += of_pairs

    def counts(self) -> np.ndarray:
        """At each threshold, the highest first: (K,) int64."""
        return self._changes[::-1].cumsum(dtype=np.int64)


def joined(spans: Sequence[Spans]) -> Spans:
    """All of them, in their order."""
    fields = ("pair", "highest", "above")
    return Spans(*(np.concatenate([getattr(each, name) for each in spans]) for name in fields))


def blocks(lengths: Sequence[int]) -> Iterator[slice]:
    """Some pairs at a time, so that memory does not grow with their number; (n_pairs,) values each."""
    first = n_values = 0
    for pair, length in enumerate(lengths):
        if n_values and n_values + length > VALUES_A_BLOCK:
            yield slice(first, pair)
            first, n_values = pair, 0
        n_values += length
    if first < len(lengths):
        yield slice(first, len(lengths))


def all_runs(scores: Sequence[np.ndarray]) -> Runs:
    """Every run of frames that all reach some threshold, once: scores (T,) a pair, no NaN.

    Each run is the widest around a frame that has its lowest score, the first such frame: around a later
    one there is nothing that the first has not.
    """
    low = [float("-inf")]
    values = [*low, *(v for of_pair in scores for v in (*of_pair.tolist(), *low))]
    n = len(values)
    before, after = [0] * n, [n] * n
    open_runs: list[int] = []  # indices whose run has not ended, their scores not descending
    for index, value in enumerate(values):
        while open_runs and values[open_runs[-1]] > value:
            after[open_runs.pop()] = index
        if open_runs:
            before[index] = open_runs[-1]
        open_runs.append(index)
    score = np.array(values)
    before, after = np.array(before), np.array(after)
    above = np.maximum(score[before], score[np.minimum(after, n - 1)])
    kept = np.flatnonzero(score > above)
    before, after = before[kept], after[kept]
    lengths = np.array([len(of_pair) for of_pair in scores], np.int64)
    begins = 1 + np.cumsum(lengths + 1) - (lengths + 1)  # where each pair's first frame stands
    pair = np.searchsorted(begins, kept, side="right") - 1
    return Runs(
        before + 1 - begins[pair],
        after - begins[pair],
        Spans(pair, score[kept], above[kept]),
    )
