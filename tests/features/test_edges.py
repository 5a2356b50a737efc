"""What lies beyond a clip's ends."""

import dataclasses
from types import ModuleType

import librosa
import numpy as np
import pytest

from audiophrase.features import log_mel, log_mel_native
from audiophrase.features.parameters import LogMelParams

pytestmark = pytest.mark.usefixtures("compiled_librosa")

ZEROS = LogMelParams(0.04, 0.02, 64, 12.0, 8000.0, 2.22e-16)
REFLECT = dataclasses.replace(ZEROS, edges="reflect")


def noise(n_samples: int) -> np.ndarray:
    return (0.1 * np.random.default_rng(0).standard_normal(n_samples)).astype(np.float32)


def librosas(samples: np.ndarray, rate_hz: int, pad_mode: str) -> np.ndarray:
    power = librosa.feature.melspectrogram(
        y=samples,
        sr=rate_hz,
        n_fft=log_mel.n_fft(rate_hz, ZEROS),
        win_length=round(0.04 * rate_hz),
        hop_length=round(0.02 * rate_hz),
        pad_mode=pad_mode,
        n_mels=64,
        fmin=12,
        fmax=8000,
    )
    return np.log(power + 2.22e-16).T


@pytest.mark.parametrize("module", [log_mel, log_mel_native])
@pytest.mark.parametrize("rate_hz", [16000, 22050, 44100])
@pytest.mark.parametrize(("params", "pad_mode"), [(ZEROS, "constant"), (REFLECT, "reflect")])
def test_edges_equal_librosas(params, pad_mode, rate_hz, module: ModuleType):
    samples = noise(rate_hz + 137)
    ours = module.frames(samples, rate_hz, params)
    np.testing.assert_allclose(ours, librosas(samples, rate_hz, pad_mode), atol=1e-4)


@pytest.mark.parametrize("n_samples", [16000, 16300, 16639])
def test_the_first_and_the_last_frame_differ_and_no_others(n_samples):
    samples = noise(n_samples)
    with_zeros, mirrored = (log_mel.frames(samples, 16000, each) for each in (ZEROS, REFLECT))
    differ = np.flatnonzero((with_zeros != mirrored).any(axis=1)).tolist()
    assert differ == [0, len(with_zeros) - 1]


def test_a_clip_shorter_than_a_window_is_mirrored_more_than_once():
    """As the librosa of then did, which left it to NumPy; the present one does the same."""
    samples = noise(200)
    padded = np.pad(samples, 512, mode="reflect")
    theirs = librosa.stft(padded, n_fft=1024, hop_length=320, win_length=640, center=False)
    power = np.abs(theirs) ** 2
    bands = librosa.filters.mel(sr=16000, n_fft=1024, n_mels=64, fmin=12, fmax=8000)
    ours = log_mel.mel_power(samples, 16000, REFLECT)
    np.testing.assert_allclose(ours, (bands @ power).T, rtol=1e-3, atol=1e-9)


def test_one_sample_is_enough():
    assert np.isfinite(log_mel.frames(noise(1), 16000, REFLECT)).all()
