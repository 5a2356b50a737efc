"""What stands first: of each clip the captions, of each caption the clips, with the highest scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class First:
    """The first k items of each query, the best first; of equal ones that of the lower number."""

    items: np.ndarray  # (n_queries, k) numbers
    scores: np.ndarray  # (n_queries, k) float32


class Nearest:
    """Both directions in one pass over the scores, with no more kept than k items a query."""

    def __init__(self, n_clips: int, n_captions: int, k: int) -> None:
        self._k = k
        n_first = min(k, n_captions)
        self._captions = np.zeros((n_clips, n_first), np.int64)
        self._of_clips = np.zeros((n_clips, n_first), np.float32)
        self._clips = np.zeros((n_captions, 0), np.int64)
        self._of_captions = np.zeros((n_captions, 0), np.float32)

    def add(self, clips: np.ndarray, scores: np.ndarray) -> None:
        """Take the scores of some clips with all captions: (B,), (B, n_captions)."""
        first = _first(scores, self._captions.shape[1])
        self._captions[clips] = first
        self._of_clips[clips] = np.take_along_axis(scores, first, axis=1)
        numbers = np.broadcast_to(clips, scores.T.shape)
        numbers = np.concatenate([self._clips, numbers], axis=1)
        values = np.concatenate([self._of_captions, scores.T], axis=1)
        by_number = np.argsort(numbers, axis=1, kind="stable")
        numbers = np.take_along_axis(numbers, by_number, axis=1)
        values = np.take_along_axis(values, by_number, axis=1)
        chosen = _first(values, self._k)
        self._clips = np.take_along_axis(numbers, chosen, axis=1)
        self._of_captions = np.take_along_axis(values, chosen, axis=1)

    def first(self) -> dict[str, First]:
        """By direction, once all clips were taken."""
        return {
            "audio_to_caption": First(self._captions, self._of_clips),
            "caption_to_audio": First(self._clips, self._of_captions),
        }


def rows(
    direction: str,
    queries: Sequence[str],
    items: Sequence[str],
    first: First,
    rank: np.ndarray,
) -> list[dict]:
    """A row a query: what it is, where its best true item stands, and what stands first.

    Args:
        rank: (n_queries,) that of the best true item of each.
    """
    named = [[items[number] for number in of_query] for of_query in first.items.tolist()]
    return [
        {"direction": direction, "query_id": query, "rank": at, "first_ids": ids, "scores": scores}
        for query, at, ids, scores in zip(
            queries, rank.tolist(), named, first.scores.tolist(), strict=True
        )
    ]


def _first(scores: np.ndarray, k: int) -> np.ndarray:
    """Columns of the k highest, descending, what is no number last: (n, m) -> (n, min(k, m))."""
    return np.argsort(-scores, axis=1, kind="stable")[:, :k]
