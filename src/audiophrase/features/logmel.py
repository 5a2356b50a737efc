"""Log-mel spectra, equal to librosa's: frames and hop of the paper, the rest of the released code.

mel power = librosa.feature.melspectrogram(power=2, center=True), then log(mel power + floor).
The short-time Fourier transform is computed in single precision with SciPy, and of its bins only
those below the highest mel band are kept, which takes half of librosa's time.
"""

from functools import lru_cache

import librosa
import numpy as np
import pyarrow as pa
import scipy.fft
import scipy.signal

from audiophrase.errors import ParamsError
from audiophrase.param_sections import LogMelParams

SCHEMA = pa.schema(
    [
        ("clip_id", pa.string()),
        ("n_frames", pa.int32()),
        ("hop_s", pa.float64()),
        ("log_mel", pa.list_(pa.float32())),
    ]
)
UNITS = {"n_frames": "frames", "hop_s": "s", "log_mel": "ln(power)"}


def log_mel(samples: np.ndarray, sample_rate_hz: int, params: LogMelParams) -> np.ndarray:
    """Log-mel spectra of one clip: float32 (n_samples,) -> float32 (n_frames, n_mels).

    The clip is first resampled to `params.sample_rate_hz` (soxr, high quality).
    Departure: the released code keeps each file's own rate; `features.sample_rate_hz: null` does.
    """
    rate_hz = params.sample_rate_hz or sample_rate_hz
    if rate_hz != sample_rate_hz:
        samples = librosa.resample(
            samples, orig_sr=sample_rate_hz, target_sr=rate_hz, res_type="soxr_hq"
        )
    return np.log(mel_power(samples, rate_hz, params) + np.float32(params.log_floor))


def mel_power(samples: np.ndarray, sample_rate_hz: int, params: LogMelParams) -> np.ndarray:
    """Mel power spectra: float32 (n_samples,) -> float32 (n_frames, n_mels)."""
    window, mel_basis, n_fft = _window_and_basis(sample_rate_hz, params)
    hop = hop_samples(sample_rate_hz, params)
    padded = np.pad(samples, n_fft // 2)  # frames are centred
    frames = np.lib.stride_tricks.sliding_window_view(padded, n_fft)[::hop]
    spectrum = scipy.fft.rfft(frames * window, axis=1, workers=1)[:, : mel_basis.shape[1]]
    power = spectrum.real**2 + spectrum.imag**2
    return power @ mel_basis.T


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
def _basis(
    sample_rate_hz: int, n_fft_: int, n_mels: int, fmin_hz: float, fmax_hz: float
) -> np.ndarray:
    basis = librosa.filters.mel(
        sr=sample_rate_hz, n_fft=n_fft_, n_mels=n_mels, fmin=fmin_hz, fmax=fmax_hz
    )
    if not basis.any():
        raise ParamsError(
            f"no frequency of the transform lies between {fmin_hz} and {fmax_hz} Hz",
            "widen features.fmin_hz to features.fmax_hz",
        )
    n_bins = int(np.flatnonzero(basis.any(axis=0))[-1]) + 1
    return np.ascontiguousarray(basis[:, :n_bins])


def _window_and_basis(
    sample_rate_hz: int, params: LogMelParams
) -> tuple[np.ndarray, np.ndarray, int]:
    size = n_fft(sample_rate_hz, params)
    basis = _basis(sample_rate_hz, size, params.n_mels, params.fmin_hz, params.fmax_hz)
    window = scipy.signal.get_window("hann", round(params.window_s * sample_rate_hz))
    return librosa.util.pad_center(window, size=size).astype(np.float32), basis, size
