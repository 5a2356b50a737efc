"""Area under the receiver operating characteristic, over frames."""

import numpy as np


def auroc(scores: np.ndarray, active: np.ndarray) -> float | None:
    """How often an active frame outscores an inactive one, ties counting half: (n,), (n,) bool.

    None where either kind is missing. All pairs' frames are taken together, as in average precision.
    """
    distinct, number = np.unique(scores, return_inverse=True)
    n_active = np.bincount(number[active], minlength=len(distinct))
    n_inactive = np.bincount(number, minlength=len(distinct)) - n_active
    return area(n_active, n_inactive) if n_active.any() and n_inactive.any() else None


def area(n_active: np.ndarray, n_inactive: np.ndarray) -> np.ndarray | float:
    """The same from how many frames have each score, ascending: (..., K), (..., K) -> (...)."""
    below = n_inactive.cumsum(axis=-1) - n_inactive / 2
    n_pairs = n_active.sum(axis=-1) * n_inactive.sum(axis=-1)
    return (n_active * below).sum(axis=-1) / n_pairs
