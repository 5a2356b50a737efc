"""Retrieval (Table 2): of captions for a clip, and of clips for a caption."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate.bootstrap import medians, ratios

DIRECTIONS = ("audio_to_caption", "caption_to_audio")


@dataclass(frozen=True, slots=True)
class Pools:
    """Who competes with whom: for each repeat and clip, a pool that begins with the clip itself."""

    clips: np.ndarray  # (n_repeats, n_clips, pool_size) clip numbers
    captions: np.ndarray  # (n_repeats, n_clips, pool_size) one caption of each of these clips


@dataclass(frozen=True, slots=True)
class Queries:
    """What each query of one direction reached among all items."""

    clip: np.ndarray  # (n,) the clip number of the query
    best_rank: np.ndarray  # (n,) of the best true item, from one
    average_precision: np.ndarray  # (n,)


def draw_pools(
    captions_of_clip: Sequence[Sequence[int]],
    *,
    pool_size: int,
    n_repeats: int,
    rng: np.random.Generator,
) -> Pools:
    """Each clip against others drawn without replacement, one random caption each.

    Where there are fewer clips than `pool_size`, all of them compete.
    """
    n_clips = len(captions_of_clip)
    size = min(pool_size, n_clips)
    n_captions = np.array([len(captions) for captions in captions_of_clip])
    table = np.full((n_clips, n_captions.max()), -1)
    for clip, captions in enumerate(captions_of_clip):
        table[clip, : len(captions)] = captions
    shape = (n_repeats, n_clips, size)
    others = np.array([np.delete(np.arange(n_clips), clip) for clip in range(n_clips)])
    shuffled = rng.permuted(np.broadcast_to(others, (n_repeats, *others.shape)), axis=2)
    itself = np.broadcast_to(np.arange(n_clips)[None, :, None], (n_repeats, n_clips, 1))
    clips = np.concatenate([itself, shuffled[:, :, : size - 1]], axis=2)
    chosen = rng.integers(n_captions[clips])
    return Pools(clips, table[clips, chosen].reshape(shape))


def pool_ranks(scores: np.ndarray, pools: Pools) -> dict[str, np.ndarray]:
    """The rank of the true item in its pool, from one; ties count against the model.

    Args:
        scores: (n_clips, n_captions).

    Returns:
        (n_repeats, n_clips) a direction.
    """
    query_clip, query_caption = pools.clips[:, :, :1], pools.captions[:, :, :1]
    return {
        "audio_to_caption": _rank_of_first(scores[query_clip, pools.captions]),
        "caption_to_audio": _rank_of_first(scores[pools.clips, query_caption]),
    }


def recall_at(ranks: np.ndarray, k: int) -> np.ndarray:
    """The share of queries whose true item is among the first k: (..., n) -> (...)."""
    return (ranks <= k).mean(axis=-1)


def full_pool(
    scores: np.ndarray, clip_of_caption: np.ndarray, *, ks: Sequence[int], map_k: int
) -> dict[str, dict[str, float]]:
    """Measures over all captions and all clips at once, a direction each.

    Recall at k asks for at least one true item among the first k; average precision at k is
    divided by min(k, number of true items); the rank is that of the best true item.

    Args:
        scores: (n_clips, n_captions).
        clip_of_caption: (n_captions,) the clip number of each caption.
    """
    return {
        direction: {
            **{f"r{k}": float(recall_at(of.best_rank, k)) for k in ks},
            f"map{map_k}": float(of.average_precision.mean()),
            "median_rank": float(np.median(of.best_rank)),
        }
        for direction, of in full_pool_queries(scores, clip_of_caption, map_k=map_k).items()
    }


def full_pool_queries(
    scores: np.ndarray, clip_of_caption: np.ndarray, *, map_k: int
) -> dict[str, Queries]:
    """Every clip as a query among all captions, and every caption among all clips."""
    clips = np.arange(len(scores))
    relevant = clips[:, None] == clip_of_caption[None, :]
    return {
        "audio_to_caption": Queries(clips, *_ranked(scores, relevant, map_k)),
        "caption_to_audio": Queries(clip_of_caption, *_ranked(scores.T, relevant.T, map_k)),
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


def _rank_of_first(candidates: np.ndarray) -> np.ndarray:
    # Not `>=`: a score that is no number must lose as well.
    return 1 + (~(candidates[..., 1:] < candidates[..., :1])).sum(axis=-1)


def _ranked(scores: np.ndarray, relevant: np.ndarray, map_k: int) -> tuple[np.ndarray, np.ndarray]:
    """The best true item's rank and the average precision of each row."""
    order = np.lexsort((relevant, -scores))  # at equal scores the false items come first
    hits = np.take_along_axis(relevant, order, axis=1)
    best_rank = 1 + hits.argmax(axis=1)
    precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    gained = (precision * hits)[:, :map_k].sum(axis=1)
    return best_rank, gained / np.minimum(relevant.sum(axis=1), map_k)
