"""Average precision, of frames and of ranked items alike."""

import numpy as np


def average_precision(
    precision: np.ndarray, gained: np.ndarray, n_true: np.ndarray | int = 1
) -> np.ndarray:
    """Precision averaged over recall: sum of P_n (R_n - R_{n-1}), (..., n), (..., n) -> (...).

    Args:
        precision: P_n, with the n-th threshold or rank.
        gained: R_n - R_{n-1}; or the true items that step n adds, and `n_true` says out of how many.
    """
    return (precision * gained).sum(axis=-1) / n_true
