import librosa
import numpy as np
import pytest

from audiophrase.features.mel_bands import mel_basis, mel_frequencies_hz

RANGES_HZ = [(12.0, 8000.0), (0.0, 4000.0), (50.0, 900.0), (1000.0, 7999.5)]


@pytest.mark.filterwarnings("ignore:Empty filters")
@pytest.mark.parametrize(("rate_hz", "n_fft"), [(16000, 1024), (32000, 2048), (44100, 2048)])
@pytest.mark.parametrize("n_mels", [1, 40, 64, 128])
@pytest.mark.parametrize(("fmin_hz", "fmax_hz"), RANGES_HZ)
def test_bands_are_librosas_to_the_last_bit(rate_hz, n_fft, n_mels, fmin_hz, fmax_hz):
    theirs = librosa.filters.mel(sr=rate_hz, n_fft=n_fft, n_mels=n_mels, fmin=fmin_hz, fmax=fmax_hz)
    ours = mel_basis(rate_hz, n_fft, n_mels, fmin_hz, fmax_hz)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("fmin_hz", "fmax_hz"), RANGES_HZ)
def test_frequencies_are_librosas_to_the_last_bit(fmin_hz, fmax_hz):
    theirs = librosa.mel_frequencies(66, fmin=fmin_hz, fmax=fmax_hz)
    np.testing.assert_array_equal(mel_frequencies_hz(66, fmin_hz, fmax_hz), theirs)
