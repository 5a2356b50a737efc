"""Retrieval among all: every clip as a query among all captions, every caption among all clips."""

from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.average_precision import average_precision


@dataclass(frozen=True, slots=True)
class Queries:
    """What each query of one direction reached among all items."""

    clip: np.ndarray  # (n,) the clip number of the query
    best_rank: np.ndarray  # (n,) of the best true item, from one
    average_precision: np.ndarray  # (n,)


class FullPool:
    """The best true item's rank and the average precision at k of each query.

    Of equal items the false ones stand first, and what is no number stands last. Scores are taken a
    few clips at a time, and nothing is sorted but the true items of a clip: the rank of one is how
    many are at or above it. A caption has one true clip and counts those that are not below it.
    """

    def __init__(self, own: np.ndarray, clip_of_caption: np.ndarray, *, map_k: int) -> None:
        """
        Args:
            own: (n_captions,) each caption's score with its own clip.
            clip_of_caption: (n_captions,) clip numbers; each clip has one caption at least.
        """
        self._own, self._clip_of_caption, self._map_k = own, clip_of_caption, map_k
        self._captions = np.argsort(clip_of_caption, kind="stable")
        self._bounds = np.append(0, np.bincount(clip_of_caption).cumsum())
        n_clips = len(self._bounds) - 1
        self._best_rank = np.zeros(n_clips, np.int64)
        self._precision = np.zeros((n_clips, map_k))  # at the ranks of true items, zero elsewhere
        self._n_ahead = np.zeros(len(own), np.int64)

    def add(self, clips: np.ndarray, scores: np.ndarray) -> None:
        """Take the scores of some clips with all captions: (B,), (B, n_captions)."""
        for clip, row in zip(clips.tolist(), scores, strict=True):
            captions = self._captions[self._bounds[clip] : self._bounds[clip + 1]]
            self._rank_captions(clip, row, row[captions])
            ahead = row >= self._own
            ahead[captions] = False
            self._n_ahead += ahead

    def queries(self) -> dict[str, Queries]:
        """All queries by direction, once all clips were taken."""
        n_clips, n_true = len(self._best_rank), np.diff(self._bounds)
        rank = np.where(np.isnan(self._own), n_clips, 1 + self._n_ahead)
        return {
            "audio_to_caption": Queries(
                np.arange(n_clips),
                self._best_rank,
                average_precision(
                    self._precision, self._precision > 0, np.minimum(n_true, self._map_k)
                ),
            ),
            "caption_to_audio": Queries(
                self._clip_of_caption, rank, np.where(rank <= self._map_k, 1 / rank, 0.0)
            ),
        }

    def _rank_captions(self, clip: int, row: np.ndarray, true: np.ndarray) -> None:
        """The best rank, and what each true caption up to rank k adds to the precision."""
        true = -np.sort(-true)  # descending, with what is no number at the end
        for nth, score in enumerate(true, start=1):
            if np.isnan(score):
                n_false = len(row) - len(true)
            else:
                n_false = np.count_nonzero(row >= score) - np.count_nonzero(true >= score)
            rank = n_false + nth
            if nth == 1:
                self._best_rank[clip] = rank
            if rank > self._map_k:
                return  # and so are all that follow
            self._precision[clip, rank - 1] = nth / rank
