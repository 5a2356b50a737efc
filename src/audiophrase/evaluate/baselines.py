"""What a detector that has learnt nothing reaches: random scores, and always on."""

from collections.abc import Sequence

import numpy as np

from audiophrase.model.similarity import min_max_over_frames


def random_scores(
    n_frames: Sequence[int], rng: np.random.Generator, *, min_max: bool
) -> list[np.ndarray]:
    """Uniform scores a phrase, min-max'd over its clip as the model's are: float32 (T,) each."""
    drawn = [rng.random(n, dtype=np.float32) for n in n_frames]
    return [min_max_over_frames(scores) for scores in drawn] if min_max else drawn


def always_on(active: np.ndarray) -> dict[str, float]:
    """Precision, recall and F1 of calling every frame active: (n,) bool."""
    prevalence = float(active.mean())
    return {"precision": prevalence, "recall": 1.0, "f1": 2 * prevalence / (1 + prevalence)}
