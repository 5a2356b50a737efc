"""Bootstrap over clips: how far a measure would move with another draw of test clips.

Clips are resampled with replacement, each with all of its queries and frames, as those of one clip
are not independent. Every measure is a function of sums over clips, so a resample is a row of
counts, and all resamples are products of matrices, of which a block at a time is held. The model
stays the same, and so do the items that a query is ranked among: only the queries are resampled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.auroc import area
from audiophrase.evaluate.average_precision import average_precision

Interval = dict[str, float]
VALUES_A_BLOCK = 2**21


def resample(n_clips: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each clip is drawn in each resample: (n_resamples, n_clips), rows sum to n_clips.

    A byte each: a clip is drawn once on average, and more than 255 times in no one's lifetime.
    """
    counts = np.empty((n_resamples, n_clips), np.uint8)
    shares = np.full(n_clips, 1 / n_clips)
    for rows in _blocks(n_resamples, n_clips):
        counts[rows] = rng.multinomial(n_clips, shares, size=len(counts[rows]))
    return counts


def interval(values: np.ndarray, confidence: float) -> Interval:
    """The percentile interval of a measure's resamples (R,); empty where none of them defines it."""
    defined = values[np.isfinite(values)]
    if not len(defined):
        return {}
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return {"low": float(low), "high": float(high)}


def ratios(numerators: np.ndarray, denominators: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Sum over sum in each resample: (n_clips,), (n_clips,), (R, n_clips) -> (R,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return _sums(counts, numerators) / _sums(counts, denominators)


def medians(values: np.ndarray, clip_of_value: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The median of all values in each resample: (n,), (n,) clip numbers, (R, n_clips) -> (R,)."""
    order = np.argsort(values, kind="stable")
    ordered, clips = values[order], clip_of_value[order]

    def of_block(counts: np.ndarray) -> np.ndarray:
        cumulative = counts[:, clips].cumsum(axis=1, dtype=np.int64)
        n_values = cumulative[:, -1]

        def at(rank: np.ndarray) -> np.ndarray:
            """The value at a rank from one, in each resample."""
            return ordered[(cumulative < rank[:, None]).sum(axis=1)]

        return (at((n_values + 1) // 2) + at(n_values // 2 + 1)) / 2

    blocks = _blocks(len(counts), len(values))
    return np.concatenate([of_block(counts[rows]) for rows in blocks])


def detection(
    scores: Sequence[np.ndarray],
    active: Sequence[np.ndarray],
    clip_of_phrase: Sequence[int],
    counts: np.ndarray,
    *,
    threshold: float,
    n_thresholds: int,
) -> dict[str, np.ndarray]:
    """Precision, recall and F1 at a threshold, average precision and AUROC, in each resample: (R,).

    A resample's average precision and AUROC are summed over at most `n_thresholds` quantiles of the
    scores; they are exact where there are no more distinct scores.

    Args:
        scores: (T,) a clip-phrase pair.
        active: (T,) bool a pair.
        clip_of_phrase: the clip number of each pair.
    """
    sums = _frame_counts(
        scores,
        active,
        np.asarray(clip_of_phrase),
        counts,
        threshold=threshold,
        thresholds=_quantiles(np.concatenate(scores), n_thresholds),
    )
    n_either = sums.n_predicted + sums.n_active
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "precision": np.where(sums.n_predicted > 0, sums.n_true / sums.n_predicted, 0.0),
            "recall": sums.n_true / sums.n_active,
            "f1": np.where(n_either > 0, 2 * sums.n_true / n_either, 0.0),
            "average_precision": _average_precision(sums.active_by_bin, sums.frames_by_bin),
            "auroc": area(sums.active_by_bin, sums.frames_by_bin - sums.active_by_bin),
        }


@dataclass(frozen=True, slots=True)
class _Sums:
    """Frames of each resample; all are whole numbers, so the order of summation does not matter."""

    n_true: np.ndarray  # (R,) active and predicted
    n_predicted: np.ndarray  # (R,)
    n_active: np.ndarray  # (R,)
    active_by_bin: np.ndarray  # (R, n_bins)
    frames_by_bin: np.ndarray  # (R, n_bins)


def _quantiles(scores: np.ndarray, n_thresholds: int) -> np.ndarray:
    """All distinct scores, or where they are more than `n_thresholds`, so many of them; ascending."""
    thresholds = np.unique(scores)
    if len(thresholds) > n_thresholds:
        shares = np.linspace(0, 1, n_thresholds)
        thresholds = np.unique(np.quantile(scores, shares, method="inverted_cdf"))
    return thresholds


def _frame_counts(
    scores: Sequence[np.ndarray],
    active: Sequence[np.ndarray],
    clip_of_phrase: np.ndarray,
    counts: np.ndarray,
    *,
    threshold: float,
    thresholds: np.ndarray,
) -> _Sums:
    """What a resample sums up, some clips at a time; a score's bin is the highest it reaches."""
    n_resamples, n_clips = counts.shape
    n_bins = len(thresholds)
    totals = np.zeros((n_resamples, 3))
    by_bin = np.zeros((2, n_resamples, n_bins))
    by_clip = np.argsort(clip_of_phrase, kind="stable")
    bounds = np.searchsorted(clip_of_phrase[by_clip], np.arange(n_clips + 1))
    for block in _blocks(n_clips, max(n_bins, n_resamples)):
        clips = np.arange(n_clips)[block]
        phrases = by_clip[bounds[clips[0]] : bounds[clips[-1] + 1]]
        if not len(phrases):
            continue
        values = np.concatenate([scores[phrase] for phrase in phrases])
        heard = np.concatenate([active[phrase] for phrase in phrases]).astype(bool)
        lengths = [len(scores[phrase]) for phrase in phrases]
        clip = np.repeat(clip_of_phrase[phrases] - clips[0], lengths)
        drawn = counts[:, block].astype(float)
        predicted = values >= threshold
        of_clips = [
            np.bincount(clip[frames], minlength=len(clips))
            for frames in (predicted & heard, predicted, heard)
        ]
        totals += drawn @ np.stack(of_clips, axis=1).astype(float)
        cell = clip * n_bins + np.searchsorted(thresholds, values, side="right") - 1
        for sums, cells in zip(by_bin, (cell[heard], cell), strict=True):
            of_cells = np.bincount(cells, minlength=len(clips) * n_bins).astype(float)
            sums += drawn @ of_cells.reshape(len(clips), n_bins)
    return _Sums(*totals.T, *by_bin)


def _average_precision(active_by_bin: np.ndarray, frames_by_bin: np.ndarray) -> np.ndarray:
    """Over the bins from the highest: (R, n_bins) each -> (R,)."""
    true_positives, predicted = (
        np.cumsum(by_bin[:, ::-1], axis=1) for by_bin in (active_by_bin, frames_by_bin)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = np.where(predicted > 0, true_positives / predicted, 0.0)
        gained = np.diff(true_positives, axis=1, prepend=0.0) / true_positives[:, -1:]
    return average_precision(precision, gained)


def _sums(counts: np.ndarray, of_clips: np.ndarray) -> np.ndarray:
    """(R, n_clips), (n_clips,) -> (R,)."""
    blocks = _blocks(*counts.shape)
    return np.concatenate([counts[rows].astype(float) @ of_clips for rows in blocks])


def _blocks(n_rows: int, n_columns: int) -> list[slice]:
    """Some rows at a time, so that memory does not grow with their number."""
    n = max(1, VALUES_A_BLOCK // max(n_columns, 1))
    return [slice(first, first + n) for first in range(0, n_rows, n)]
