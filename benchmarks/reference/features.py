"""Log-mel spectra by librosa, from the file on."""

import io

import librosa
import numpy as np

from audiophrase.features.parameters import LogMelParams


def log_mel(content: bytes, params: LogMelParams, n_fft: int) -> np.ndarray:
    """The bytes of an audio file -> (n_frames, n_mels)."""
    samples, rate_hz = librosa.load(io.BytesIO(content), sr=params.sample_rate_hz, mono=True)
    power = librosa.feature.melspectrogram(
        y=samples,
        sr=rate_hz,
        n_fft=n_fft,
        win_length=round(params.window_s * rate_hz),
        hop_length=round(params.hop_s * rate_hz),
        n_mels=params.n_mels,
        fmin=params.fmin_hz,
        fmax=params.fmax_hz,
    )
    return np.log(power + params.log_floor).T
