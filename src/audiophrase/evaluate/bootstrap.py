"""Bootstrap over clips: how far a measure would move with another draw of test clips.

Clips are resampled with replacement, each with all of its queries and frames, as those of one clip
are not independent. Every measure is a function of sums over clips, so a resample is a row of
counts, and all resamples are one product of matrices. The model stays the same, and so do the items
that a query is ranked among: only the queries are resampled.
"""

from collections.abc import Mapping, Sequence

import numpy as np

Interval = dict[str, float]
BLOCK = 500


def resample(n_clips: int, n_resamples: int, rng: np.random.Generator) -> np.ndarray:
    """How often each clip is drawn in each resample: (n_resamples, n_clips), rows sum to n_clips."""
    return rng.multinomial(n_clips, np.full(n_clips, 1 / n_clips), size=n_resamples)


def interval(values: np.ndarray, confidence: float) -> Interval | None:
    """The percentile interval of a measure's resamples; None where no resample defines it."""
    defined = values[np.isfinite(values)]
    if not len(defined):
        return None
    tail = (1 - confidence) / 2
    low, high = np.quantile(defined, [tail, 1 - tail])
    return {"low": float(low), "high": float(high)}


def intervals(resamples: Mapping[str, np.ndarray], confidence: float) -> dict[str, Interval]:
    """Intervals of the measures that are defined in some resample."""
    found = {name: interval(values, confidence) for name, values in resamples.items()}
    return {name: of for name, of in found.items() if of is not None}


def ratios(numerators: np.ndarray, denominators: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Sum over sum in each resample: (n_clips,), (n_clips,), (R, n_clips) -> (R,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return (counts @ numerators) / (counts @ denominators)


def medians(values: np.ndarray, clip_of_value: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The median of all values in each resample: (n,), (n,) clip numbers, (R, n_clips) -> (R,)."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    cumulative = counts[:, clip_of_value[order]].cumsum(axis=1)
    n_values = cumulative[:, -1]

    def at(rank: np.ndarray) -> np.ndarray:
        """The value at a rank from one, in each resample."""
        return ordered[(cumulative < rank[:, None]).sum(axis=1)]

    return (at((n_values + 1) // 2) + at(n_values // 2 + 1)) / 2


def detection(
    scores: Sequence[np.ndarray],
    active: Sequence[np.ndarray],
    clip_of_phrase: Sequence[int],
    counts: np.ndarray,
    *,
    threshold: float,
    n_thresholds: int,
) -> dict[str, np.ndarray]:
    """Precision, recall and F1 at a threshold, and average precision, in each resample: (R,) each.

    A resample's average precision is summed over at most `n_thresholds` quantiles of the scores; it
    is exact where there are no more distinct scores.

    Args:
        scores: (T,) a clip-phrase pair.
        active: (T,) bool a pair.
        clip_of_phrase: the clip number of each pair.
    """
    clip = np.repeat(np.asarray(clip_of_phrase), [len(of_phrase) for of_phrase in scores])
    every_score, heard = np.concatenate(scores), np.concatenate(active).astype(bool)
    n_clips = counts.shape[1]

    def per_clip(chosen: np.ndarray) -> np.ndarray:
        return np.bincount(clip[chosen], minlength=n_clips)

    predicted = every_score >= threshold
    n_true, n_predicted, n_active = (
        counts @ per_clip(chosen) for chosen in (predicted & heard, predicted, heard)
    )
    n_either = n_predicted + n_active
    with np.errstate(invalid="ignore", divide="ignore"):
        return {
            "precision": np.where(n_predicted > 0, n_true / n_predicted, 0.0),
            "recall": n_true / n_active,
            "f1": np.where(n_either > 0, 2 * n_true / n_either, 0.0),
            "average_precision": _average_precision(
                every_score, heard, clip, counts, n_thresholds=n_thresholds
            ),
        }


def _average_precision(
    scores: np.ndarray,
    active: np.ndarray,
    clip: np.ndarray,
    counts: np.ndarray,
    *,
    n_thresholds: int,
) -> np.ndarray:
    thresholds = np.unique(scores)
    if len(thresholds) > n_thresholds:
        shares = np.linspace(0, 1, n_thresholds)
        thresholds = np.unique(np.quantile(scores, shares, method="inverted_cdf"))
    # The bin of a score is the highest threshold that it reaches.
    bins = np.searchsorted(thresholds, scores, side="right") - 1
    shape = (counts.shape[1], len(thresholds))
    cell = clip * shape[1] + bins

    def per_bin(cells: np.ndarray) -> np.ndarray:
        """Frames of each clip in each bin: (n_clips, n_bins)."""
        return np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)

    active_of_clips, all_of_clips = per_bin(cell[active]), per_bin(cell)

    def of_block(counts: np.ndarray) -> np.ndarray:
        true_positives, predicted = (
            np.cumsum((counts.astype(float) @ of_clips)[:, ::-1], axis=1)
            for of_clips in (active_of_clips, all_of_clips)
        )
        with np.errstate(invalid="ignore", divide="ignore"):
            precision = np.where(predicted > 0, true_positives / predicted, 0.0)
            gained = np.diff(true_positives, axis=1, prepend=0.0) / true_positives[:, -1:]
        return (precision * gained).sum(axis=1)

    return np.concatenate([of_block(counts[rows]) for rows in _blocks(len(counts))])


def _blocks(n_rows: int) -> list[slice]:
    """Some resamples at a time, so that memory does not grow with their number."""
    return [slice(first, first + BLOCK) for first in range(0, n_rows, BLOCK)]
