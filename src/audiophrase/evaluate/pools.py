"""Retrieval among few: each clip and its caption in pools drawn at random (Table 2)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Where a pool takes at least one in so many of the other clips, they are shuffled to draw it.
SHUFFLED_PER_DRAWN = 32
VALUES_A_BLOCK = 2**20


@dataclass(frozen=True, slots=True)
class Pools:
    """Who competes with whom: for each repeat and clip, a pool that begins with the clip itself."""

    clips: np.ndarray  # (n_repeats, n_clips, pool_size) int32 clip numbers
    captions: np.ndarray  # as `clips`: int32, one caption of each of them


def draw_pools(
    clip_of_caption: np.ndarray, *, pool_size: int, n_repeats: int, rng: np.random.Generator
) -> Pools:
    """Each clip against others drawn without replacement, one random caption each.

    Where there are fewer clips than `pool_size`, all of them compete. Time and memory are linear in
    the clips: few out of many are drawn one by one, many out of few by shuffling, as `random.sample`
    does.

    Args:
        clip_of_caption: (n_captions,) the clip number of each caption; each clip has one at least.
    """
    n_captions = np.bincount(clip_of_caption)
    by_clip = np.argsort(clip_of_caption, kind="stable")
    first = np.cumsum(n_captions) - n_captions
    n_clips = len(n_captions)
    n_drawn = min(pool_size, n_clips) - 1
    clips = np.empty((n_repeats, n_clips, n_drawn + 1), np.int32)
    clips[:, :, 0] = np.arange(n_clips)
    for of_repeat in clips:
        if n_clips - 1 <= SHUFFLED_PER_DRAWN * n_drawn:
            _shuffle(of_repeat[:, 1:], rng)
        else:
            of_repeat[:, 1:] = _draw_distinct(n_clips - 1, of_repeat[:, 1:].shape, rng)
        of_repeat[:, 1:] += of_repeat[:, 1:] >= of_repeat[:, :1]  # among the others: not itself
    captions = np.empty_like(clips)
    for of_repeat, drawn in zip(captions, clips, strict=True):
        of_repeat[:] = by_clip[first[drawn] + rng.integers(n_captions[drawn])]
    return Pools(clips, captions)


class PoolRanks:
    """The rank of the true item in its pool, from one; ties count against the model.

    Scores are taken a few clips at a time. A pool of captions is ranked when its clip comes; a
    caption's pool of clips needs the scores of all of them, so each counts how many it has lost to.
    """

    def __init__(self, pools: Pools, own: np.ndarray) -> None:
        """`own` is each caption's score with its own clip: (n_captions,)."""
        n_repeats, n_clips, size = pools.clips.shape
        self._pools, self._own = pools, own
        self._of_clips = np.ones((n_repeats, n_clips), np.int64)
        self._of_captions = np.ones((n_repeats, n_clips), np.int64)
        # Who has a clip in its pool: the queries ordered by that clip, and where each clip's begin.
        self._asking = np.empty((n_repeats, n_clips * (size - 1)), np.int32)
        self._bounds = np.zeros((n_repeats, n_clips + 1), np.int64)
        for repeat, clips in enumerate(pools.clips[:, :, 1:].reshape(n_repeats, -1)):
            self._asking[repeat] = np.argsort(clips, kind="stable") // max(size - 1, 1)
            self._bounds[repeat, 1:] = np.bincount(clips, minlength=n_clips).cumsum()

    def add(self, clips: np.ndarray, scores: np.ndarray) -> None:
        """Take the scores of some clips with all captions: (B,), (B, n_captions)."""
        rows = np.arange(len(clips))
        for repeat, captions in enumerate(self._pools.captions):
            candidates = scores[rows[:, None], captions[clips]]
            self._of_clips[repeat, clips] += _n_not_below(candidates[:, 1:], candidates[:, :1])
            bounds = self._bounds[repeat]
            asking = np.concatenate(
                [self._asking[repeat, bounds[clip] : bounds[clip + 1]] for clip in clips.tolist()]
            )
            row, caption = np.repeat(rows, bounds[clips + 1] - bounds[clips]), captions[asking, 0]
            lost = ~(scores[row, caption] < self._own[caption])
            np.add.at(self._of_captions[repeat], asking[lost], 1)

    def ranks(self) -> dict[str, np.ndarray]:
        """(n_repeats, n_clips) a direction, once all clips were taken."""
        return {"audio_to_caption": self._of_clips, "caption_to_audio": self._of_captions}


def recall_at(ranks: np.ndarray, k: int) -> np.ndarray:
    """The share of queries whose true item is among the first k: (..., n) -> (...)."""
    return (ranks <= k).mean(axis=-1)


def _n_not_below(candidates: np.ndarray, true: np.ndarray) -> np.ndarray:
    # Not `>=`: a score that is no number must lose as well.
    return (~(candidates < true)).sum(axis=-1)


def _shuffle(drawn: np.ndarray, rng: np.random.Generator) -> None:
    """Each row the first of all numbers up to its length, shuffled; some rows at a time."""
    n = len(drawn) - 1
    n_rows = max(1, VALUES_A_BLOCK // max(n, 1))
    for first in range(0, len(drawn), n_rows):
        rows = drawn[first : first + n_rows]
        everyone = np.broadcast_to(np.arange(n), (len(rows), n))
        rows[:] = rng.permuted(everyone, axis=1)[:, : rows.shape[1]]


def _draw_distinct(n: int, shape: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """Rows of different numbers below n; what a row has twice is drawn again, until it has not.

    Every number is treated alike throughout, so every set of numbers is as likely.
    """
    drawn = rng.integers(n, size=shape, dtype=np.int32)
    rows = np.arange(len(drawn))
    while len(rows):
        ordered = np.sort(drawn[rows], axis=1)
        again = ordered[:, 1:] == ordered[:, :-1]
        ordered[:, 1:][again] = rng.integers(n, size=np.count_nonzero(again), dtype=np.int32)
        drawn[rows] = ordered
        rows = rows[again.any(axis=1)]
    return drawn
