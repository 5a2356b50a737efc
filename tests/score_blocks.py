"""A matrix of scores handed out some clips at a time, as the measures take them."""

import numpy as np

from audiophrase.evaluate.retrieval import Ranked, rank


def blocks(scores: np.ndarray, size: int, order: np.ndarray | None = None):
    """Rows of the matrix, `size` at a time, in any order."""
    order = np.arange(len(scores)) if order is None else order
    for first in range(0, len(order), size):
        clips = order[first : first + size]
        yield clips, scores[clips]


def own_scores(scores: np.ndarray, clip_of_caption: np.ndarray) -> np.ndarray:
    return scores[clip_of_caption, np.arange(len(clip_of_caption))]


def ranked(
    scores, clip_of_caption, pools, *, full_pool_ks=(1, 5), map_ks=(10,), size: int = 5, order=None
) -> Ranked:
    own = own_scores(scores, clip_of_caption)
    of_all = {"full_pool_ks": full_pool_ks, "map_ks": map_ks}
    return rank(blocks(scores, size, order), own, clip_of_caption, pools, **of_all)
