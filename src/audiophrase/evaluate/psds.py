"""PSDS (Bilen et al., ICASSP 2020) of text-to-audio grounding, where there is one class to detect.

As the authors of AudioGrounding do it (Xu et al., 2024): each clip-phrase pair is a recording of its
own, and what its phrase names is the one event class of all of them; so nothing can be mistaken for
another class, nothing varies between classes, and alpha_ct and alpha_st are zero. Hours are those of
the pairs, not of the clips. Theirs leave out phrases that are never heard; here those count, and what is
detected for them is false.
"""

import numpy as np

SECONDS_PER_HOUR = 3600


def psds(
    n_detected: np.ndarray,
    n_false: np.ndarray,
    *,
    n_events: int,
    duration_s: float,
    max_false_per_hour: float,
) -> float:
    """The mean share of events detected at 0 to `max_false_per_hour` false detections an hour.

    At each rate it is the largest share that some threshold reaches with no more false detections.

    Args:
        n_detected: (K,) at each of the exact thresholds, as `intersections` counts them.
        n_false: (K,) false detections at each.
        duration_s: of all pairs together.
    """
    per_hour = n_false / (duration_s / SECONDS_PER_HOUR)
    within = per_hour <= max_false_per_hour
    order = np.argsort(per_hour[within], kind="stable")
    rate = np.concatenate([[0.0], per_hour[within][order], [max_false_per_hour]])
    best = np.maximum.accumulate(np.concatenate([[0.0], n_detected[within][order] / n_events]))
    return float((best * np.diff(rate)).sum() / max_false_per_hour)
