"""Retrieval among all: every clip as a query among all captions, every caption among all clips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.average_precision import average_precision


@dataclass(frozen=True, slots=True)
class Queries:
    """What each query of one direction reached among all items."""

    clip: np.ndarray  # (n,) the clip number of the query
    best_rank: np.ndarray  # (n,) of the best true item, from one
    average_precision: Mapping[int, np.ndarray]  # k -> (n,)
    share_found: Mapping[int, np.ndarray]  # k -> (n,) of the true items, among the first k


class FullPool:
    """The best true item's rank, and what the first k hold, of each query.

    Of equal items the false ones stand first, and what is no number stands last. Scores are taken a
    few clips at a time, and nothing is sorted but the true items of a clip: the rank of one is how
    many are at or above it. A caption has one true clip and counts those that are not below it.
    """

    def __init__(
        self,
        own: np.ndarray,
        clip_of_caption: np.ndarray,
        *,
        ks: Sequence[int],
        map_ks: Sequence[int],
    ) -> None:
        """
        Args:
            own: (n_captions,) each caption's score with its own clip.
            clip_of_caption: (n_captions,) clip numbers; each clip has one caption at least.
            ks: of the share found.
            map_ks: of average precision.
        """
        self._own, self._clip_of_caption = own, clip_of_caption
        self._ks, self._map_ks, self._depth = ks, map_ks, max((*ks, *map_ks), default=0)
        self._captions = np.argsort(clip_of_caption, kind="stable")
        self._bounds = np.append(0, np.bincount(clip_of_caption).cumsum())
        n_clips = len(self._bounds) - 1
        self._best_rank = np.zeros(n_clips, np.int64)
        self._precision = np.zeros(
            (n_clips, self._depth)
        )  # at the ranks of true items, zero elsewhere
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
        precision = {k: self._precision[:, :k] for k in (*self._ks, *self._map_ks)}
        return {
            "audio_to_caption": Queries(
                np.arange(n_clips),
                self._best_rank,
                {
                    k: average_precision(precision[k], precision[k] > 0, np.minimum(n_true, k))
                    for k in self._map_ks
                },
                {k: (precision[k] > 0).sum(axis=1) / n_true for k in self._ks},
            ),
            "caption_to_audio": Queries(
                self._clip_of_caption,
                rank,
                {k: np.where(rank <= k, 1 / rank, 0.0) for k in self._map_ks},
                {k: (rank <= k).astype(float) for k in self._ks},
            ),
        }

    def _rank_captions(self, clip: int, row: np.ndarray, true: np.ndarray) -> None:
        """The best rank, and what each true caption up to the largest k adds to the precision."""
        true = -np.sort(-true)  # descending, with what is no number at the end
        for nth, score in enumerate(true, start=1):
            if np.isnan(score):
                n_false = len(row) - len(true)
            else:
                n_false = np.count_nonzero(row >= score) - np.count_nonzero(true >= score)
            rank = n_false + nth
            if nth == 1:
                self._best_rank[clip] = rank
            if rank > self._depth:
                return  # and so are all that follow
            self._precision[clip, rank - 1] = nth / rank
