"""Retrieval (Table 2): of captions for a clip, and of clips for a caption."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DIRECTIONS = ("audio_to_caption", "caption_to_audio")


@dataclass(frozen=True, slots=True)
class Pools:
    """Who competes with whom: for each repeat and clip, a pool that begins with the clip itself."""

    clips: np.ndarray  # (n_repeats, n_clips, pool_size) clip numbers
    captions: np.ndarray  # (n_repeats, n_clips, pool_size) one caption of each of these clips


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
    relevant = np.arange(len(scores))[:, None] == clip_of_caption[None, :]
    return {
        "audio_to_caption": _ranked_measures(scores, relevant, ks, map_k),
        "caption_to_audio": _ranked_measures(scores.T, relevant.T, ks, map_k),
    }


def _rank_of_first(candidates: np.ndarray) -> np.ndarray:
    # Not `>=`: a score that is no number must lose as well.
    return 1 + (~(candidates[..., 1:] < candidates[..., :1])).sum(axis=-1)


def _ranked_measures(
    scores: np.ndarray, relevant: np.ndarray, ks: Sequence[int], map_k: int
) -> dict[str, float]:
    order = np.lexsort((relevant, -scores))  # at equal scores the false items come first
    hits = np.take_along_axis(relevant, order, axis=1)
    best_rank = 1 + hits.argmax(axis=1)
    precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    gained = (precision * hits)[:, :map_k].sum(axis=1)
    average_precision = gained / np.minimum(relevant.sum(axis=1), map_k)
    return {
        **{f"r{k}": float(recall_at(best_rank, k)) for k in ks},
        f"map{map_k}": float(average_precision.mean()),
        "median_rank": float(np.median(best_rank)),
    }
