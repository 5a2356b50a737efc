"""Log-mel spectra, equal to librosa's: frames and hop of the paper, the rest of the released code.

mel power = librosa.feature.melspectrogram(power=2, center=True), then log(mel power + floor).
Beyond a clip's ends lie zeros, or the clip mirrored (`edges`).
The short-time Fourier transform is computed in single precision, a few frames at a time so that
they stay in the cache; of a frame only what the window covers is multiplied by it, and of the bins
only those below the highest mel band are kept.
"""

from functools import lru_cache

import numpy as np
import scipy.fft

from audiophrase.errors import ParamsError
from audiophrase.features.mel_bands import mel_basis
from audiophrase.features.parameters import LogMelParams
from audiophrase.features.resampling import resample

COLUMN, UNIT = "log_mel", "ln(power)"

_FRAMES_AT_ONCE = 32
_PAD_MODES = {"zeros": "constant", "reflect": "reflect"}  # as NumPy names them


def frames(samples: np.ndarray, sample_rate_hz: int, params: LogMelParams) -> np.ndarray:
    """Log-mel spectra of one clip: float32 (n_samples,) -> float32 (T, n_mels).

    The clip is first resampled to `params.sample_rate_hz` (soxr, high quality).
    Departure: the released code keeps each file's own rate; `features.front_end: log-mel-native`
    does.
    """
    rate_hz = params.sample_rate_hz or sample_rate_hz
    power = mel_power(resample(samples, sample_rate_hz, rate_hz), rate_hz, params)
    return np.log(power + np.float32(params.log_floor))


def mel_power(samples: np.ndarray, sample_rate_hz: int, params: LogMelParams) -> np.ndarray:
    """Mel power spectra: float32 (n_samples,) -> float32 (n_frames, n_mels)."""
    size, hop = n_fft(sample_rate_hz, params), hop_samples(sample_rate_hz, params)
    window = _window(round(params.window_s * sample_rate_hz))
    basis = _basis(sample_rate_hz, size, params.n_mels, params.fmin_hz, params.fmax_hz)
    n_frames, n_bins = 1 + len(samples) // hop, len(basis)
    # Frames are centred, and the window within them.
    covered = slice((size - len(window)) // 2, (size + len(window)) // 2)
    # Departure: librosa mirrored clips when the released code was written, and has zeros there now;
    # `features.edges: reflect` mirrors.
    padded = np.pad(samples, size // 2, _PAD_MODES[params.edges])[covered.start :]
    frames = np.lib.stride_tricks.sliding_window_view(padded, len(window))[::hop]
    windowed = np.zeros((_FRAMES_AT_ONCE, size), np.float32)
    power = np.empty((n_frames, n_bins), np.float32)
    for first in range(0, n_frames, _FRAMES_AT_ONCE):
        block = slice(first, min(first + _FRAMES_AT_ONCE, n_frames))
        part = windowed[: block.stop - first]
        np.multiply(frames[block], window, out=part[:, covered])
        spectrum = scipy.fft.rfft(part, axis=1, workers=1)[:, :n_bins]
        np.add(spectrum.real**2, spectrum.imag**2, out=power[block])
    return power @ basis


def hop_samples(sample_rate_hz: int, params: LogMelParams) -> int:
    """The hop in samples; the actual hop in seconds is this divided by the rate."""
    return round(params.hop_s * sample_rate_hz)


def hop_s(sample_rate_hz: int, params: LogMelParams) -> float:
    """The actual hop in seconds, which differs from the nominal where the rate does not divide."""
    rate_hz = params.sample_rate_hz or sample_rate_hz
    return hop_samples(rate_hz, params) / rate_hz


def n_fft(sample_rate_hz: int, params: LogMelParams) -> int:
    """The next power of two at or above the window's length in samples."""
    return 1 << (round(params.window_s * sample_rate_hz) - 1).bit_length()


@lru_cache(maxsize=16)
def _window(n_samples: int) -> np.ndarray:
    """A Hann window of one period, as scipy.signal.get_window("hann"): float32 (n_samples,)."""
    angle = np.linspace(-np.pi, np.pi, n_samples + 1)[:-1]
    return (0.5 + 0.5 * np.cos(angle)).astype(np.float32)


@lru_cache(maxsize=16)
def _basis(
    sample_rate_hz: int, n_fft_: int, n_mels: int, fmin_hz: float, fmax_hz: float
) -> np.ndarray:
    """Mel bands over the bins that any of them covers: float32 (n_bins, n_mels)."""
    basis = mel_basis(sample_rate_hz, n_fft_, n_mels, fmin_hz, fmax_hz)
    if not basis.any():
        raise ParamsError(
            f"no frequency of the transform lies between {fmin_hz} and {fmax_hz} Hz",
            "widen features.fmin_hz to features.fmax_hz",
        )
    n_bins = int(np.flatnonzero(basis.any(axis=0))[-1]) + 1
    return np.ascontiguousarray(basis[:, :n_bins]).T
