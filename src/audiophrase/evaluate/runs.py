"""What is detected at every threshold at once: the runs of frames whose scores reach it.

As the threshold falls, runs begin, grow and merge, and each time it takes a frame at least: a phrase of
T frames has at most T different runs over all thresholds. What is counted over runs is therefore known
exactly at every threshold, at the cost of a sort.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

FRAMES_A_BLOCK = 2**18


@dataclass(frozen=True, slots=True)
class Spans:
    """Something that holds at thresholds above `above`, up to `highest`: (n,) each."""

    pair: np.ndarray  # of which clip-phrase pair
    highest: np.ndarray
    above: np.ndarray  # -inf where it holds however low the threshold

    def over(self, thresholds: np.ndarray) -> np.ndarray:
        """How many hold at each of the thresholds, which descend: (K,) -> (K,) int64."""
        n = len(thresholds)
        begun, ended = (
            np.bincount(np.searchsorted(-thresholds, -at), minlength=n + 1)[:n]
            for at in (self.highest, self.above)
        )
        return (begun - ended).cumsum()

    def of_pairs(self, threshold: float, n_pairs: int) -> np.ndarray:
        """How many hold at one threshold in each pair: (n_pairs,) int64."""
        holds = (threshold <= self.highest) & (threshold > self.above)
        return np.bincount(self.pair[holds], minlength=n_pairs)

    def moved(self, n_pairs: int) -> "Spans":
        """The same of pairs that stand so much later."""
        return Spans(self.pair + n_pairs, self.highest, self.above)

    def __getitem__(self, chosen: np.ndarray) -> "Spans":
        return Spans(self.pair[chosen], self.highest[chosen], self.above[chosen])


@dataclass(frozen=True, slots=True)
class Runs:
    """Detections: frames `first` up to but not including `end`, at some thresholds; (n,) each."""

    first: np.ndarray
    end: np.ndarray
    at: Spans


def joined(spans: Sequence[Spans]) -> Spans:
    """All of them, in their order."""
    fields = ("pair", "highest", "above")
    return Spans(*(np.concatenate([getattr(each, name) for each in spans]) for name in fields))


def blocks(lengths: Sequence[int]) -> Iterator[slice]:
    """Some pairs at a time, so that memory does not grow with their number; `lengths` in frames."""
    first = n_frames = 0
    for pair, length in enumerate(lengths):
        if n_frames and n_frames + length > FRAMES_A_BLOCK:
            yield slice(first, pair)
            first, n_frames = pair, 0
        n_frames += length
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
