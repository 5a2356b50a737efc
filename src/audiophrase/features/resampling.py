"""Resampling, equal to librosa's."""

import math

import numpy as np
import soxr


def resample(samples: np.ndarray, sample_rate_hz: int, rate_hz: int) -> np.ndarray:
    """As librosa.resample with soxr_hq: the length is rounded up, with a zero where soxr ends.

    float32 (n_samples,) at `sample_rate_hz` -> float32 (n_samples',) at `rate_hz`; samples that have
    that rate already are returned as they are.
    """
    if rate_hz == sample_rate_hz:
        return samples
    n_samples = math.ceil(len(samples) * (rate_hz / sample_rate_hz))
    resampled = soxr.resample(samples, sample_rate_hz, rate_hz, "HQ")
    return np.pad(resampled, (0, n_samples - len(resampled)))
