"""Detection clip by clip: counts that add up to the data set's measures, and average precision."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate import sed


@dataclass(frozen=True, slots=True)
class Pair:
    """A clip and a phrase: scores (T,) float32, and which frames are active (T,) bool."""

    clip: int
    phrase: str
    words: tuple[int, ...]
    scores: np.ndarray
    active: np.ndarray


@dataclass(frozen=True, slots=True)
class Counts:
    """Frames of all phrases of each clip, of which precision, recall and F1 are ratios."""

    active: np.ndarray  # (n_clips,)
    predicted: np.ndarray  # (n_clips, K): with a score that reaches each threshold
    hit: np.ndarray  # (n_clips, K): active ones among them


def count(pairs: Iterable[Pair], n_clips: int, thresholds: np.ndarray) -> Counts:
    """Count frames as `evaluate.sed` does, a frame being predicted when its score reaches a threshold.

    Args:
        thresholds: (K,) float64.
    """
    active = np.zeros(n_clips, np.int64)
    predicted, hit = (np.zeros((n_clips, len(thresholds)), np.int64) for _ in range(2))
    for pair in pairs:
        active[pair.clip] += int(pair.active.sum())
        predicted[pair.clip] += _reaching(pair.scores, thresholds)
        hit[pair.clip] += _reaching(pair.scores[pair.active], thresholds)
    return Counts(active, predicted, hit)


def _reaching(scores: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    ordered = np.sort(scores.astype(np.float64))
    return len(ordered) - np.searchsorted(ordered, thresholds, side="left")


def average_precision(pairs: Sequence[Pair]) -> float | None:
    """Over all frames of some pairs; None where none of them is active."""
    active = np.concatenate([pair.active for pair in pairs]) if pairs else np.zeros(0, bool)
    if not active.any():
        return None
    exact = sed.curve(np.concatenate([pair.scores for pair in pairs]), active)
    return sed.curve_average_precision(exact)


def by_clip(pairs: Iterable[Pair], n_clips: int) -> list[float | None]:
    """Average precision of all phrases of each clip."""
    of_clip: list[list[Pair]] = [[] for _ in range(n_clips)]
    for pair in pairs:
        of_clip[pair.clip].append(pair)
    return [average_precision(each) for each in of_clip]


def by_phrase(pairs: Iterable[Pair]) -> list[dict]:
    """A row for each wording of a phrase, letters' case aside."""
    grouped: dict[str, list[Pair]] = {}
    for pair in pairs:
        grouped.setdefault(pair.phrase.casefold(), []).append(pair)
    return _rows((each[0].phrase, each) for each in grouped.values())


def by_word(pairs: Iterable[Pair], words: Mapping[int, str]) -> list[dict]:
    """A row for each word, of all phrases that it stands in."""
    grouped: dict[int, list[Pair]] = {}
    for pair in pairs:
        for word in dict.fromkeys(pair.words):
            grouped.setdefault(word, []).append(pair)
    return _rows((words[word], each) for word, each in grouped.items())


def _rows(groups: Iterable[tuple[str, Sequence[Pair]]]) -> list[dict]:
    """The hardest first; those that are never heard, which have no average precision, last."""
    rows = [
        {
            "text": text,
            "n": len(pairs),
            "share": round(float(np.concatenate([p.active for p in pairs]).mean()), 4),
            "ap": average_precision(pairs),
            "clip": pairs[0].clip,
        }
        for text, pairs in groups
    ]
    return sorted(rows, key=lambda row: (row["ap"] is None, row["ap"] or 0.0, row["text"]))
