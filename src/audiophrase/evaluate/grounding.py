"""What later papers on text-to-audio grounding report of the scores of phrases (results/README.md).

All but AUROC take each clip-phrase pair for a recording of its own, and a phrase that is heard for
events, not frames. What they count is counted exactly at every threshold (`runs`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate import collars
from audiophrase.evaluate.events import Events, in_us, overlaps
from audiophrase.evaluate.intersections import Intersections, intersections
from audiophrase.evaluate.parameters import SedParams
from audiophrase.evaluate.psds import psds
from audiophrase.evaluate.runs import Spans, all_runs, blocks, joined
from audiophrase.evaluate.threshold_auc import threshold_auc


@dataclass(frozen=True, slots=True)
class Pairs:
    """The clip-phrase pairs: what is annotated, and how long a frame is."""

    events: Events
    hops_s: np.ndarray  # (n_pairs,)


@dataclass(frozen=True, slots=True)
class Value:
    """A measure; those that are an F1 at a threshold come with what it is a ratio of, by pair."""

    measure: str
    parameter: float | None
    value: float
    twice_true: np.ndarray | None = None  # (n_pairs,)
    either: np.ndarray | None = None  # (n_pairs,) as many detected as annotated, where all is right


@dataclass(frozen=True, slots=True)
class _Counted:
    """At which thresholds what is so."""

    intersections: dict[float, Intersections]  # by the share that is both dtc and gtc
    matched: Spans  # events, and detections that hit them
    detections: Spans


def circumstances(params: SedParams) -> dict[str, float]:
    """What the measures rest on, as the facts beside them say it."""
    return {
        "max_false_per_hour": params.psds.max_false_per_hour,
        "onset_collar_s": params.collars.onset_s,
        "offset_collar_s": params.collars.offset_s,
        "offset_collar_share": params.collars.offset_share,
        "intersection": params.intersection,
        "smoothed_thresholds": params.th_auc.n_thresholds,
        "smoothed_frames": params.th_auc.median_frames,
        "smoothed_gap_s": params.th_auc.max_gap_s,
    }


def values(
    scores: Sequence[np.ndarray], pairs: Pairs, *, threshold: float, params: SedParams
) -> Iterator[Value]:
    """The measures of one kind of scores, (T,) a pair; none where nothing is annotated."""
    events = pairs.events
    n_events = len(events.pair)
    if not n_events:
        return
    counted = _count(scores, pairs, params)
    thresholds = np.unique(np.concatenate(scores))[::-1].astype(float)
    n_frames = np.array([len(of_pair) for of_pair in scores])
    for share in params.psds.criteria:
        of_share = counted.intersections[share]
        score = psds(
            of_share.detected.over(thresholds),
            of_share.false.over(thresholds),
            n_events=n_events,
            duration_s=float((n_frames * pairs.hops_s).sum()),
            max_false_per_hour=params.psds.max_false_per_hour,
        )
        yield Value("psds", share, score)
    of_share = counted.intersections[params.intersection]
    n_of_pair = np.bincount(events.pair, minlength=len(scores))
    for name, true, predicted in (
        ("event_f1", counted.matched, counted.detections),
        # As sed_scores_eval: true positives are events, false positives detections.
        ("intersection_f1", of_share.detected, joined([of_share.detected, of_share.false])),
    ):
        n_true, n_predicted = (s.of_pairs(threshold, len(scores)) for s in (true, predicted))
        twice, either = 2 * n_true, n_predicted + n_of_pair
        yield Value(name, threshold, float(twice.sum() / either.sum()), twice, either)
        n_true, n_predicted = (spans.over(thresholds) for spans in (true, predicted))
        yield Value(f"best_{name}", None, float((2 * n_true / (n_predicted + n_events)).max()))
    area = threshold_auc(
        scores, pairs.hops_s, events, share=params.intersection, params=params.th_auc
    )
    yield Value("th_auc", None, area)


def _count(scores: Sequence[np.ndarray], pairs: Pairs, params: SedParams) -> _Counted:
    """All that is counted over detections, some pairs at a time."""
    shares = dict.fromkeys([*params.psds.criteria, params.intersection])
    detected, false = ({share: [] for share in shares} for _ in range(2))
    matched, detections = [], []
    for block in blocks([len(of_pair) for of_pair in scores]):
        runs = all_runs(scores[block])
        hops_s = pairs.hops_s[block][runs.at.pair]
        times = Events(runs.at.pair, in_us(runs.first, hops_s), in_us(runs.end, hops_s))
        events = pairs.events.of_pairs(block.start, block.stop)
        both = overlaps(times, events)
        hit = collars.hits(times, events, params.collars)
        matched.append(collars.matched(runs, hit).moved(block.start))
        detections.append(runs.at.moved(block.start))
        for share in shares:
            of_share = intersections(runs, times, events, both, dtc=share, gtc=share)
            detected[share].append(of_share.detected.moved(block.start))
            false[share].append(of_share.false.moved(block.start))
    return _Counted(
        {share: Intersections(joined(detected[share]), joined(false[share])) for share in shares},
        joined(matched),
        joined(detections),
    )
