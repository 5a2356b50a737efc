"""Phrase-based sound event detection (Figure 3): frame labels against scores."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.average_precision import average_precision


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision, recall and F1 at every distinct score, thresholds descending."""

    thresholds: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    f1: np.ndarray


def frame_labels(
    segments: Sequence[Mapping[str, float]], n_frames: int, hop_s: float
) -> np.ndarray:
    """Which frames of a clip are active: (n_frames,) bool.

    Frames ceil(onset / hop) up to but not including ceil(offset / hop), clipped to the clip. The
    segment [0, 0] stands for a phrase that is not heard: no frame.
    """
    active = np.zeros(n_frames, dtype=bool)
    for segment in segments:
        active[_frame(segment["onset_s"], hop_s) : _frame(segment["offset_s"], hop_s)] = True
    return active


def curve(scores: np.ndarray, active: np.ndarray) -> Curve:
    """The exact curve over all frames of all clip-phrase pairs: (n,), (n,) bool.

    It takes some 45 bytes a frame, of which 28 stay where all scores differ.

    Raises:
        ValueError: no frame is active, so recall is not defined.
    """
    n_active = int(active.sum())
    if not n_active:
        raise ValueError("no frame is active: recall is not defined")
    order = np.argsort(-scores)
    ordered, true_positives = scores[order], active[order].cumsum()
    del order
    last = np.append(np.diff(ordered) != 0, True)  # tied scores stay together, in whatever order
    true_positives = true_positives[last]
    n_predicted = np.flatnonzero(last) + 1
    f1 = 2.0 * true_positives
    f1 /= n_predicted + n_active
    precision, recall = true_positives / n_predicted, true_positives / n_active
    return Curve(ordered[last], precision, recall, f1)


def at_thresholds(exact: Curve, thresholds: np.ndarray) -> Curve:
    """The curve at given thresholds (n,), a frame being predicted when its score reaches one.

    Departure: where nothing is predicted, precision is zero; the paper does not say.
    """
    n_at_or_above = np.searchsorted(-exact.thresholds, -thresholds, side="right")

    def sample(values: np.ndarray) -> np.ndarray:
        return np.where(n_at_or_above > 0, values[n_at_or_above - 1], 0.0)

    return Curve(thresholds, sample(exact.precision), sample(exact.recall), sample(exact.f1))


def best_f1(exact: Curve) -> tuple[float, float]:
    """The highest F1 and its threshold; of equal ones the highest threshold."""
    best = int(exact.f1.argmax())
    return float(exact.f1[best]), float(exact.thresholds[best])


def curve_average_precision(exact: Curve) -> float:
    """Average precision over every distinct score."""
    gained = exact.recall.copy()
    gained[1:] -= exact.recall[:-1]
    return float(average_precision(exact.precision, gained))


# The measures by name, in the order of the rows. To add one, write its function and name it here.
AT_THRESHOLD: dict[str, Callable[[Curve], float]] = {  # of the curve at the reported threshold
    "precision": lambda point: float(point.precision[0]),
    "recall": lambda point: float(point.recall[0]),
    "f1": lambda point: float(point.f1[0]),
}
OF_CURVE: dict[str, Callable[[Curve], float]] = {  # of the exact curve, whatever the threshold
    "best_f1": lambda exact: best_f1(exact)[0],
    "best_threshold": lambda exact: best_f1(exact)[1],
    "average_precision": curve_average_precision,
}


def _frame(time_s: float, hop_s: float) -> int:
    # 0.14 / 0.02 is 7.000000000000001: rounded first, lest the frame be one too late.
    return math.ceil(round(time_s / hop_s, 6))
