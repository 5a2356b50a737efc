"""Th-AUC of text-to-audio grounding (Xu et al., 2024): the area under F1 by threshold.

Unlike a best F1 or PSDS it asks that scores be right at one threshold for all. Computed as its authors'
code does: at thresholds spread over [0, 1] frames are called active, smoothed by a median filter, and
gaps joined; precision is the share of detections that events cover, recall that of events that
detections cover, and the area is taken by trapezoids from the first threshold to the last. With 50 they
are .01, .03 … .99, so a perfect detector reaches .98.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from audiophrase.evaluate.events import Events, in_us, overlaps
from audiophrase.evaluate.intersections import shares_reached
from audiophrase.evaluate.parameters import ThAucParams
from audiophrase.evaluate.runs import blocks


def threshold_auc(
    scores: Sequence[np.ndarray],
    hops_s: np.ndarray,
    events: Events,
    *,
    share: float,
    params: ThAucParams,
) -> float:
    """The area; `share` is both dtc and gtc.

    Args:
        scores: (T,) a pair.
        hops_s: (n_pairs,).
    """
    n = params.n_thresholds
    thresholds = (2 * np.arange(n) + 1) / (2 * n)
    n_covered, n_all = np.zeros((n, 2)), np.zeros((n, 2))  # detections and events
    for block in blocks([len(of_pair) for of_pair in scores]):
        # A median filter of odd width and a threshold may change places: each pair is smoothed once.
        smooth = [_median(of_pair, params.median_frames) for of_pair in scores[block]]
        silent = np.array([-np.inf], np.float32)
        frames = np.concatenate([silent, *(part for s in smooth for part in (s, silent))])
        begins = np.cumsum([0, *(len(s) + 1 for s in smooth[:-1])])  # a frame before the first
        of_block = events.of_pairs(block.start, block.stop)
        for index, threshold in enumerate(thresholds):
            active = frames >= threshold
            detections = _joined(active, begins, hops_s[block], params.max_gap_s)
            n_covered[index] += _n_covered(detections, of_block, share)
            n_all[index] += len(detections.pair), len(of_block.pair)
    precision, recall = np.divide(n_covered, n_all, out=np.zeros((n, 2)), where=n_all > 0).T
    either = precision + recall
    f1 = np.divide(2 * precision * recall, either, out=np.zeros(n), where=either > 0)
    return float(np.trapezoid(f1, thresholds))


def _median(scores: np.ndarray, width: int) -> np.ndarray:
    """Over so many frames, an odd number, mirrored at the ends: (T,) -> (T,)."""
    padded = np.pad(scores, width // 2, mode="symmetric")
    return np.median(sliding_window_view(padded, width), axis=1)


def _joined(active: np.ndarray, begins: np.ndarray, hops_s: np.ndarray, max_gap_s: float) -> Events:
    """Detections of frames that stand one pair after the other, gaps joined up to `max_gap_s`."""
    edges = np.flatnonzero(np.diff(active.astype(np.int8)))
    first, end = edges[0::2], edges[1::2]
    pair = np.searchsorted(begins, first, side="right") - 1
    max_gap = np.ceil(np.round(max_gap_s / hops_s, 6))[pair]
    apart = (pair[1:] != pair[:-1]) | (first[1:] - end[:-1] > max_gap[1:])
    first, end = (
        first[np.append(True, apart)[: len(pair)]],
        end[np.append(apart, True)[: len(pair)]],
    )
    pair = np.searchsorted(begins, first, side="right") - 1
    onset_us, offset_us = (in_us(at - begins[pair], hops_s[pair]) for at in (first, end))
    return Events(pair, onset_us, offset_us)


def _n_covered(detections: Events, events: Events, share: float) -> tuple[int, int]:
    """How many of either kind are covered by such of the other as are covered themselves."""
    both = overlaps(detections, events)

    def n_covered(one: np.ndarray, one_us: np.ndarray, by: np.ndarray, by_us: np.ndarray) -> int:
        counts = shares_reached(by, both.shared_us, by_us, share=share)[by]
        return shares_reached(one[counts], both.shared_us[counts], one_us, share=share).sum()

    of_detections = both.detection, detections.length_us
    of_events = both.event, events.length_us
    return n_covered(*of_detections, *of_events), n_covered(*of_events, *of_detections)
