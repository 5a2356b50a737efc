"""Retrieval (Table 2): of captions for a clip, and of clips for a caption."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.bootstrap import interval, medians, ratios
from audiophrase.evaluate.full_pool import FullPool, Queries
from audiophrase.evaluate.pools import PoolRanks, Pools
from audiophrase.evaluate.rows import CHANCE, FULL_POOL, POOL, RETRIEVAL, Row

DIRECTIONS = ("audio_to_caption", "caption_to_audio")


@dataclass(frozen=True, slots=True)
class Ranked:
    """Where the true items stand, by direction."""

    pools: Mapping[str, np.ndarray]  # (n_repeats, n_clips) ranks in the drawn pools
    full: Mapping[str, Queries]  # among all


def rank(
    blocks: Iterable[tuple[np.ndarray, np.ndarray]],
    own: np.ndarray,
    clip_of_caption: np.ndarray,
    pools: Pools,
    *,
    full_pool_ks: Sequence[int],
    map_ks: Sequence[int],
) -> Ranked:
    """Ranks in the pools and among all, in one pass over the scores.

    Args:
        blocks: clip numbers (B,) and their scores with all captions (B, n_captions); all blocks
            together hold each clip once.
        own: (n_captions,) each caption's score with its own clip.
        clip_of_caption: (n_captions,) the clip number of each caption; each clip has one at least.
    """
    of_pools = PoolRanks(pools, own)
    full_pool = FullPool(own, clip_of_caption, ks=full_pool_ks, map_ks=map_ks)
    for clips, scores in blocks:
        of_pools.add(clips, scores)
        full_pool.add(clips, scores)
    return Ranked(of_pools.ranks(), full_pool.queries())


@dataclass(frozen=True, slots=True)
class PerQuery:
    """A measure as a number a query, of which the mean, or the median, is reported."""

    measure: str
    parameter: int | None
    values: np.ndarray  # (..., n_queries)
    median: bool = False


def in_pools(ranks: np.ndarray, *, ks: Sequence[int]) -> list[PerQuery]:
    """What is measured in drawn pools, from ranks (n_repeats, n_clips) of one direction."""
    return [PerQuery("recall", k, ranks <= k) for k in sorted(ks)]


def among_all(queries: Queries, *, ks: Sequence[int], map_ks: Sequence[int]) -> list[PerQuery]:
    """What is measured among all captions and clips at once.

    Recall at k asks for at least one true item among the first k, `share_found` how many of them all
    are there; average precision at k is divided by min(k, number of true items); the rank is that of
    the best true item.
    """
    return [
        *[PerQuery("recall", k, queries.best_rank <= k) for k in ks],
        *[PerQuery("share_found", k, queries.share_found[k]) for k in ks],
        *[PerQuery("map", k, queries.average_precision[k]) for k in map_ks],
        PerQuery("median_rank", None, queries.best_rank, median=True),
    ]


def measure(
    ranked: Ranked,
    counts: np.ndarray,
    *,
    pool_size: int,
    ks: Sequence[int],
    full_pool_ks: Sequence[int],
    map_ks: Sequence[int],
    confidence: float,
) -> list[Row]:
    """The measures of both directions with their intervals, in pools, by chance, and among all.

    Args:
        counts: (R, n_clips) how often each resample draws each clip, with all of its queries.
        pool_size: of the drawn pools, for chance.
    """
    return [
        *[
            _in_pools(direction, each, counts, confidence)
            for direction in DIRECTIONS
            for each in in_pools(ranked.pools[direction], ks=ks)
        ],
        *[
            Row(
                task=RETRIEVAL,
                part=POOL,
                scores=CHANCE,
                measure="recall",
                parameter=k,
                value=min(k, pool_size) / pool_size,
            )
            for k in ks
        ],
        *[
            _among_all(direction, each, ranked.full[direction].clip, counts, confidence)
            for direction in DIRECTIONS
            for each in among_all(ranked.full[direction], ks=full_pool_ks, map_ks=map_ks)
        ],
    ]


def _in_pools(direction: str, each: PerQuery, counts: np.ndarray, confidence: float) -> Row:
    """Mean and deviation over the repeats; a resample's mean is over repeats and drawn clips."""
    n_clips = each.values.shape[1]
    of_repeats = each.values.mean(axis=1)
    resamples = ratios(each.values.mean(axis=0), np.ones(n_clips), counts)
    return Row(
        task=RETRIEVAL,
        part=POOL,
        scores=direction,
        measure=each.measure,
        parameter=each.parameter,
        value=float(of_repeats.mean()),
        sd=float(of_repeats.std()),
        n=n_clips,
        **interval(resamples, confidence),
    )


def _among_all(
    direction: str, each: PerQuery, clip: np.ndarray, counts: np.ndarray, confidence: float
) -> Row:
    """`clip` is the clip number of each query: (n_queries,)."""
    if each.median:
        value, resamples = np.median(each.values), medians(each.values, clip, counts)
    else:
        n_clips = counts.shape[1]
        sums = np.bincount(clip, weights=each.values, minlength=n_clips)
        n_queries = np.bincount(clip, minlength=n_clips)
        value, resamples = each.values.mean(), ratios(sums, n_queries, counts)
    return Row(
        task=RETRIEVAL,
        part=FULL_POOL,
        scores=direction,
        measure=each.measure,
        parameter=each.parameter,
        value=float(value),
        n=len(each.values),
        **interval(resamples, confidence),
    )
