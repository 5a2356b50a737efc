"""Mel bands, equal to librosa's to the last bit. Importing librosa takes as long as fifty clips.

The scale is Slaney's (htk=False): linear below 1 kHz, logarithmic above; a band is a triangle of
unit area (norm="slaney").
"""

import numpy as np

_HZ_PER_MEL = 200.0 / 3
_BREAK_HZ = 1000.0
_BREAK_MEL = _BREAK_HZ / _HZ_PER_MEL
_LOG_STEP = float(np.log(6.4)) / 27.0  # of frequency, for one mel above the break


def mel_basis(
    sample_rate_hz: int, n_fft: int, n_mels: int, fmin_hz: float, fmax_hz: float
) -> np.ndarray:
    """The weight of each bin of a Fourier transform in each band: float32 (n_mels, n_bins)."""
    edges_hz = mel_frequencies_hz(n_mels + 2, fmin_hz, fmax_hz)
    bins_hz = np.fft.rfftfreq(n_fft, 1.0 / sample_rate_hz)
    distance_hz = edges_hz[:, np.newaxis] - bins_hz
    width_hz = np.diff(edges_hz)[:, np.newaxis]
    rising = -distance_hz[:-2] / width_hz[:-1]
    falling = distance_hz[2:] / width_hz[1:]
    basis = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    basis *= (2.0 / (edges_hz[2:] - edges_hz[:-2]))[:, np.newaxis]
    return basis


def mel_frequencies_hz(n: int, fmin_hz: float, fmax_hz: float) -> np.ndarray:
    """Frequencies that lie evenly on the mel scale, both ends among them: float64 (n,)."""
    mel = np.linspace(_mel(fmin_hz), _mel(fmax_hz), n)
    upper_hz = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, _HZ_PER_MEL * mel, upper_hz)


def _mel(frequency_hz: float) -> float:
    if frequency_hz < _BREAK_HZ:
        return frequency_hz / _HZ_PER_MEL
    return _BREAK_MEL + np.log(frequency_hz / _BREAK_HZ) / _LOG_STEP
