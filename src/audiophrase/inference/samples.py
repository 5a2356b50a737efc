"""Samples as arrays: what is refused as no audio, and blocks of them brought to one form.

As the pipeline takes clips: the mean of the channels, rounded to 16 bits (`clips.shards`).
"""

from collections.abc import Iterator
from numbers import Real
from typing import Any

import numpy as np

from audiophrase.errors import AudiophraseError

BLOCK_VALUES = 1 << 18  # samples of all channels
MAX_RATE_HZ = 384_000
MIN_RATE_HZ = 1000
MAX_CHANNELS = 64
MAX_PEAK = 100.0  # full scale is 1: what goes far beyond it is of another scale
_FULL_SCALE_16_BITS = 32768


class AudioError(AudiophraseError):
    """Audio that cannot be read, or holds nothing that could be listened to."""


def parts(samples: np.ndarray) -> Iterator[np.ndarray]:
    """An array in blocks, so that no copy of all of it is made."""
    size = max(1, BLOCK_VALUES // n_channels(samples))
    for first in range(0, len(samples), size):
        yield samples[first : first + size]


def n_channels(samples: np.ndarray) -> int:
    """Of samples (n,) or (n, n_channels). Raises AudioError where they are no audio."""
    if samples.ndim not in (1, 2) or samples.dtype.kind not in "fiu" or _is_wide(samples.dtype):
        raise AudioError(
            f"samples of type {samples.dtype} and shape {samples.shape} are no audio",
            "give floats, full scale at 1, or integers of 8 to 32 bits, of shape (n_samples,) or "
            "(n_samples, n_channels)",
        )
    if samples.ndim == 1:
        return 1
    if 0 < len(samples) <= MAX_CHANNELS < samples.shape[1]:
        raise AudioError(
            f"samples of shape {samples.shape} have more channels than samples",
            "hand over the transpose: (n_samples, n_channels)",
        )
    return checked_channels(samples.shape[1], "the audio")


def _is_wide(kind: np.dtype) -> bool:
    """Integers of 64 bits: Python's own, of which nobody knows the full scale."""
    return kind.kind in "iu" and kind.itemsize > 4


def checked_channels(number: int, name: str) -> int:
    """The number of channels. Raises AudioError where it is none that is taken."""
    if not 1 <= number <= MAX_CHANNELS:
        raise AudioError(
            f"{name} has {number} channels, not 1 to {MAX_CHANNELS}", "choose some of them"
        )
    return number


def checked_rate(rate_hz: Any, name: str) -> int:
    """The sampling rate. Raises AudioError where it is none that is taken."""
    is_number = isinstance(rate_hz, Real) and not isinstance(rate_hz, bool)
    if not is_number or not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ or rate_hz != int(rate_hz):
        raise AudioError(
            f"{name} has a sampling rate of {rate_hz} Hz",
            f"give one of {MIN_RATE_HZ} to {MAX_RATE_HZ} Hz, a whole number",
        )
    return int(rate_hz)


def floats(block: Any) -> np.ndarray:
    """Float32 of the same shape; integers are divided by their full scale. Raises AudioError."""
    samples = np.asarray(block)
    n_channels(samples)
    if samples.dtype.kind in "iu":
        middle = 2.0 ** (8 * samples.dtype.itemsize - 1)  # where the unsigned have their zero
        offset = middle if samples.dtype.kind == "u" else 0.0
        samples = (samples - offset) / middle
    with np.errstate(over="ignore"):  # what is too large is infinite then, and told
        return samples.astype(np.float32, copy=False)


def mono(samples: np.ndarray) -> np.ndarray:
    """The mean of the channels: float32 (n,) or (n, n_channels) -> (n,)."""
    if samples.ndim == 1:
        return samples
    return samples[:, 0] if samples.shape[1] == 1 else samples.mean(axis=1, dtype=np.float32)


def of_16_bits(samples: np.ndarray) -> np.ndarray:
    """Float32 (n,) rounded to steps of 16 bits; what is beyond full scale is cut off there."""
    steps = np.clip(
        np.rint(samples * np.float32(_FULL_SCALE_16_BITS)),
        -_FULL_SCALE_16_BITS,
        _FULL_SCALE_16_BITS - 1,
    )
    return steps.astype(np.float32, copy=False) * np.float32(1 / _FULL_SCALE_16_BITS)
