"""What later papers on text-to-audio grounding report of the scores of phrases (results/README.md).

All but AUROC take each clip-phrase pair for a recording of its own, and a phrase that is heard for
events, not frames. What they count is counted exactly at every threshold (`runs`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from audiophrase.evaluate import collars
from audiophrase.evaluate.events import Events, in_us, overlaps
from audiophrase.evaluate.intersections import intersections
from audiophrase.evaluate.parameters import SedParams
from audiophrase.evaluate.psds import psds
from audiophrase.evaluate.runs import Tally, all_runs, blocks
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
    """How many there are, at the thresholds and in the pairs."""

    detected: dict[float, Tally]  # events, by the share that is both dtc and gtc
    false: dict[float, Tally]  # detections, by that share
    matched: Tally  # events, and detections that hit them
    detections: Tally


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
    counted = _count(scores, pairs, threshold, params)
    n_frames = np.array([len(of_pair) for of_pair in scores])
    for share in params.psds.criteria:
        score = psds(
            counted.detected[share].counts(),
            counted.false[share].counts(),
            n_events=n_events,
            duration_s=float((n_frames * pairs.hops_s).sum()),
            max_false_per_hour=params.psds.max_false_per_hour,
        )
        yield Value("psds", share, score)
    yield from _f1("event_f1", counted.matched, (counted.detections,), pairs, threshold)
    # As sed_scores_eval: true positives are events, false positives detections.
    detected, false = counted.detected[params.intersection], counted.false[params.intersection]
    yield from _f1("intersection_f1", detected, (detected, false), pairs, threshold)
    area = threshold_auc(
        scores, pairs.hops_s, events, share=params.intersection, params=params.th_auc
    )
    yield Value("th_auc", None, area)


def _f1(
    name: str, true: Tally, predicted: Sequence[Tally], pairs: Pairs, threshold: float
) -> Iterator[Value]:
    """At the threshold, and at the best; `predicted` are those that add up to all detections."""
    n_of_pair = np.bincount(pairs.events.pair, minlength=len(pairs.hops_s))
    twice, either = 2 * true.of_pairs, sum(each.of_pairs for each in predicted) + n_of_pair
    yield Value(name, threshold, float(twice.sum() / either.sum()), twice, either)
    n_either = sum(each.counts() for each in predicted) + len(pairs.events.pair)
    yield Value(f"best_{name}", None, float((2 * true.counts() / n_either).max()))


def _count(
    scores: Sequence[np.ndarray], pairs: Pairs, threshold: float, params: SedParams
) -> _Counted:
    """All that is counted over detections, some pairs at a time."""
    thresholds = np.unique(np.concatenate(scores))
    tally = partial(Tally, thresholds, at=threshold, n_pairs=len(scores))
    shares = dict.fromkeys([*params.psds.criteria, params.intersection])
    detected, false = ({share: tally() for share in shares} for _ in range(2))
    counted = _Counted(detected, false, tally(), tally())
    n_events = np.bincount(pairs.events.pair, minlength=len(scores))
    beside = [len(s) * max(n, 1) for s, n in zip(scores, n_events.tolist(), strict=True)]
    for block in blocks(beside):  # as each run meets each event of its pair
        runs = all_runs(scores[block])
        hops_s = pairs.hops_s[block][runs.at.pair]
        times = Events(runs.at.pair, in_us(runs.first, hops_s), in_us(runs.end, hops_s))
        events = pairs.events.of_pairs(block.start, block.stop)
        both = overlaps(times, events)
        hit = collars.hits(times, events, params.collars)
        counted.matched.add(collars.matched(runs, hit), block.start)
        counted.detections.add(runs.at, block.start)
        criteria = [(share, share) for share in shares]
        of_shares = intersections(runs, times, events, both, criteria)
        for share, of_share in zip(shares, of_shares, strict=True):
            detected[share].add(of_share.detected, block.start)
            false[share].add(of_share.false, block.start)
    return counted
