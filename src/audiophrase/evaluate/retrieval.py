"""Retrieval (Table 2): of captions for a clip, and of clips for a caption."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.bootstrap import medians, ratios
from audiophrase.evaluate.full_pool import FullPool, Queries
from audiophrase.evaluate.pools import PoolRanks, Pools, recall_at

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
    map_k: int,
) -> Ranked:
    """Ranks in the pools and among all, in one pass over the scores.

    Args:
        blocks: clip numbers (B,) and their scores with all captions (B, n_captions); all blocks
            together hold each clip once.
        own: (n_captions,) each caption's score with its own clip.
        clip_of_caption: (n_captions,) the clip number of each caption; each clip has one at least.
    """
    in_pools, among_all = PoolRanks(pools, own), FullPool(own, clip_of_caption, map_k=map_k)
    for clips, scores in blocks:
        in_pools.add(clips, scores)
        among_all.add(clips, scores)
    return Ranked(in_pools.ranks(), among_all.queries())


def full_pool(
    queries: Mapping[str, Queries], *, ks: Sequence[int], map_k: int
) -> dict[str, dict[str, float]]:
    """Measures over all captions and all clips at once, a direction each.

    Recall at k asks for at least one true item among the first k; average precision at k is
    divided by min(k, number of true items); the rank is that of the best true item.
    """
    return {
        direction: {
            **{f"r{k}": float(recall_at(reached.best_rank, k)) for k in ks},
            f"map{map_k}": float(reached.average_precision.mean()),
            "median_rank": float(np.median(reached.best_rank)),
        }
        for direction, reached in queries.items()
    }


def pool_resamples(
    ranks: np.ndarray, counts: np.ndarray, *, ks: Sequence[int]
) -> dict[str, np.ndarray]:
    """Recalls averaged over the repeats in each resample of the clips: (R,) each.

    Args:
        ranks: (n_repeats, n_clips) of one direction.
        counts: (R, n_clips) how often each clip is drawn.
    """
    return {f"r{k}": ratios((ranks <= k).mean(axis=0), np.ones(ranks.shape[1]), counts) for k in ks}


def full_pool_resamples(
    queries: Queries, counts: np.ndarray, *, ks: Sequence[int], map_k: int
) -> dict[str, np.ndarray]:
    """The measures of `full_pool` in each resample of the clips: (R,) each.

    Args:
        counts: (R, n_clips) how often each clip is drawn, with all of its queries.
    """
    n_clips = counts.shape[1]
    n_queries = np.bincount(queries.clip, minlength=n_clips)

    def mean(values: np.ndarray) -> np.ndarray:
        sums = np.bincount(queries.clip, weights=values, minlength=n_clips)
        return ratios(sums, n_queries, counts)

    return {
        **{f"r{k}": mean(queries.best_rank <= k) for k in ks},
        f"map{map_k}": mean(queries.average_precision),
        "median_rank": medians(queries.best_rank, queries.clip, counts),
    }
