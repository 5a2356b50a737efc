import dataclasses
import subprocess
import sys

import librosa
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiophrase.features.log_mel import frames, hop_s, mel_power, n_fft
from audiophrase.features.parameters import LogMelParams
from audiophrase.features.resampling import resample

pytestmark = pytest.mark.usefixtures("compiled_librosa")

PAPER = LogMelParams(
    sample_rate_hz=32000,
    window_s=0.04,
    hop_s=0.02,
    n_mels=64,
    fmin_hz=12.0,
    fmax_hz=8000.0,
    log_floor=2.22e-16,
)
NATIVE = dataclasses.replace(PAPER, sample_rate_hz=None)
RATES_HZ = (16000, 22050, 32000, 44100, 48000)


def librosa_mel_power(samples: np.ndarray, rate_hz: int, size: int) -> np.ndarray:
    return librosa.feature.melspectrogram(
        y=samples,
        sr=rate_hz,
        n_fft=size,
        win_length=round(0.04 * rate_hz),
        hop_length=round(0.02 * rate_hz),
        window="hann",
        center=True,
        power=2.0,
        n_mels=64,
        fmin=12,
        fmax=8000,
    ).T


def signal(kind: str, rate_hz: int, n_samples: int) -> np.ndarray:
    rng, time_s = np.random.default_rng(0), np.arange(n_samples) / rate_hz
    return {
        "noise": 0.1 * rng.standard_normal(n_samples),
        "tone": 0.5 * np.sin(2 * np.pi * 440 * time_s),
        "sweep": 0.5 * np.sin(2 * np.pi * 400 * time_s**2),
        "click": np.eye(1, n_samples, n_samples // 3)[0],
    }[kind].astype(np.float32)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("kind", ["noise", "tone", "sweep", "click"])
def test_mel_power_equals_librosa(kind, rate_hz):
    """Within 1e-4 relative, or 1e-9 of the frame's maximum where float32 rounding rules."""
    samples = signal(kind, rate_hz, 2 * rate_hz + 137)
    ours = mel_power(samples, rate_hz, NATIVE)
    theirs = librosa_mel_power(samples, rate_hz, n_fft(rate_hz, NATIVE))
    assert ours.shape == theirs.shape
    tolerance = np.maximum(1e-4 * theirs, 1e-9 * theirs.max(axis=1, keepdims=True))
    assert (np.abs(ours - theirs) <= tolerance).all()


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_resampled_log_mel_of_noise_equals_librosa(rate_hz):
    samples = signal("noise", rate_hz, 3 * rate_hz)
    resampled = librosa.resample(samples, orig_sr=rate_hz, target_sr=32000)
    theirs = np.log(librosa_mel_power(resampled, 32000, 2048) + 2.22e-16)
    np.testing.assert_allclose(frames(samples, rate_hz, PAPER), theirs, atol=1e-4)


@pytest.mark.parametrize("rate_hz", [11025, 16000, 22050, 44100, 48000])
@pytest.mark.parametrize("n_samples", [1, 2, 137, 4410, 4411, 44100])
def test_resampled_audio_is_librosas_to_the_last_bit(n_samples, rate_hz):
    samples = signal("noise", rate_hz, n_samples)
    theirs = librosa.resample(samples, orig_sr=rate_hz, target_sr=32000)
    np.testing.assert_array_equal(resample(samples, rate_hz, 32000), theirs)


def test_a_frame_does_not_depend_on_those_computed_with_it():
    """Frames are computed a few at a time: the last ones of a clip are fewer than at first."""
    samples = signal("noise", 32000, 40 * 640)
    longer = mel_power(np.append(samples, samples), 32000, PAPER)
    np.testing.assert_allclose(mel_power(samples, 32000, PAPER)[:39], longer[:39], rtol=1e-6)


def test_the_job_loads_none_of_the_slow_libraries():
    slow = {"librosa", "scipy.signal", "matplotlib", "torch", "onnxruntime"}
    modules = "audiophrase.jobs.features, audiophrase.features.log_mel"
    code = f"import sys, {modules}; print({slow} & sys.modules.keys())"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


def test_ten_seconds_are_501_frames_of_64_bands():
    assert frames(np.ones(441000, np.float32), 44100, PAPER).shape == (501, 64)


def test_silence_is_the_logarithm_of_the_floor():
    spectra = frames(np.zeros(32000, np.float32), 32000, PAPER)
    np.testing.assert_allclose(spectra, np.log(2.22e-16), rtol=1e-6)


def test_fft_is_the_next_power_of_two():
    sizes = [n_fft(rate_hz, NATIVE) for rate_hz in (16000, 22050, 25600, 32000, 44100, 48000)]
    assert sizes == [1024, 1024, 1024, 2048, 2048, 2048]


def test_actual_hop_differs_where_the_rate_does_not_divide():
    assert hop_s(44100, PAPER) == 0.02
    assert hop_s(44100, NATIVE) == 0.02
    assert hop_s(11025, NATIVE) == 220 / 11025


@settings(max_examples=25, deadline=None)
@given(n_samples=st.integers(1, 5000), level=st.floats(1e-6, 1.0))
def test_any_length_gives_finite_frames_and_their_number(n_samples, level):
    samples = np.random.default_rng(n_samples).standard_normal(n_samples).astype(np.float32) * level
    spectra = frames(samples.astype(np.float32), 32000, PAPER)
    assert spectra.shape == (1 + n_samples // 640, 64)
    assert np.isfinite(spectra).all()
    assert spectra.dtype == np.float32
