"""Odd audio: each kind has an answer of its own."""

import builtins
import io

import numpy as np
import pytest
import soundfile

from audiophrase.inference import audio
from audiophrase.inference.audio import AudioError, opened

RATE_HZ = 16000
SECOND = np.random.default_rng(0).normal(0, 0.1, RATE_HZ).astype(np.float32)


def read(given, rate_hz=None):
    with opened(given, rate_hz) as recording:
        blocks = list(recording.blocks())
    return np.concatenate(blocks) if blocks else np.zeros(0, np.float32)


def wav(samples, rate_hz=RATE_HZ, **kept):
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, rate_hz, format="WAV", **kept)
    return buffer.getvalue()


def with_nan():
    samples = SECOND.copy()
    samples[1600] = np.nan
    return samples


@pytest.mark.parametrize(
    ("given", "rate_hz", "problem"),
    [
        (b"", None, "is empty"),
        (b"no audio at all", None, "no audio that can be read"),
        (wav(with_nan(), subtype="FLOAT"), None, "not finite, the first at 0.100 s"),
        (with_nan(), RATE_HZ, "not finite, the first at 0.100 s"),
        (np.float64([0, 1e300]), RATE_HZ, "not finite"),
        (SECOND, None, "do not say their sampling rate"),
        (wav(SECOND), RATE_HZ, "says its sampling rate itself"),
        (SECOND, 0, "sampling rate of 0 Hz"),
        (SECOND, 44100.5, "sampling rate of 44100.5 Hz"),
        (SECOND, "44100", "sampling rate of 44100 Hz"),
        (SECOND, float("nan"), "sampling rate of nan Hz"),
        (wav(SECOND, 100), None, "sampling rate of 100 Hz"),
        (np.stack([SECOND, SECOND]), RATE_HZ, "16000 channels|more channels than samples"),
        (np.zeros((10, 65)), RATE_HZ, "channels"),
        (np.zeros((100, 65)), RATE_HZ, "65 channels"),
        (np.zeros((2, 2, 2)), RATE_HZ, "shape .2, 2, 2."),
        (np.zeros((100, 0)), RATE_HZ, "0 channels"),
        (np.float32(1.0), RATE_HZ, r"shape \(\)"),
        ([1000, -1000, 3], RATE_HZ, "type int64"),
        (np.array(["a", "b"]), RATE_HZ, "are no audio"),
        (np.ones(5, complex), RATE_HZ, "are no audio"),
        (np.full(100, 20000.0), RATE_HZ, "up to 20000, where full scale is 1"),
    ],
)
def test_what_is_no_audio_is_told_apart(given, rate_hz, problem):
    with pytest.raises(AudioError, match=problem):
        read(given, rate_hz)


def test_files_that_are_none(tmp_path):
    with pytest.raises(AudioError, match="is a folder"):
        read(tmp_path)
    with pytest.raises(AudioError, match="there is no file"):
        read(tmp_path / "none.wav")
    (tmp_path / "listed.m3u8").write_text("#EXTM3U\n#EXTINF:1,\nsecret.wav\n")
    (tmp_path / "secret.wav").write_bytes(wav(SECOND))
    with pytest.raises(AudioError):
        read(tmp_path / "listed.m3u8")


def test_what_libsndfile_does_not_read_needs_pyav(tmp_path, monkeypatch):
    av = pytest.importorskip("av")
    path = tmp_path / "sound.m4a"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=44100, layout="stereo")
        frame = av.AudioFrame.from_ndarray(
            np.tile(np.sin(np.arange(44100) / 20).astype(np.float32) / 2, (2, 1)), "fltp", "stereo"
        )
        frame.sample_rate = 44100
        container.mux([*stream.encode(frame), *stream.encode(None)])
    samples = read(path)
    assert abs(len(samples) - 44100) < 3000
    assert 0.4 < np.abs(samples).max() < 0.6
    np.testing.assert_array_equal(read(path.read_bytes()), samples)
    imported = builtins.__import__

    def without_av(name, *rest, **named):
        if name == "av":
            raise ImportError(name)
        return imported(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_av)
    with pytest.raises(AudioError, match=r"no audio that libsndfile reads") as raised:
        read(path)
    assert "pip install av" in str(raised.value)


def test_samples_are_the_mean_of_the_channels_in_16_bits(monkeypatch):
    monkeypatch.setattr(audio, "BLOCK_VALUES", 600)
    channels = np.random.default_rng(1).uniform(-1, 1, (5000, 6)).astype(np.float32)
    expected = np.rint(channels.mean(axis=1) * 32768) / 32768
    for given, rate_hz in ((channels, RATE_HZ), (wav(channels, subtype="FLOAT"), None)):
        np.testing.assert_allclose(read(given, rate_hz), expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("kind", ["int8", "int16", "int32", "uint8", "float64"])
def test_integers_are_divided_by_their_full_scale(kind):
    values = np.array([0, 0.25, -0.5, 0.75, -1.0])
    if kind != "float64":
        info = np.iinfo(kind)
        zero = (int(info.max) + int(info.min) + 1) // 2
        given = (values * (int(info.max) - zero + 1) + zero).astype(kind)
    else:
        given = values
    np.testing.assert_allclose(read(given, RATE_HZ), values, atol=1e-6)


def test_a_recording_knows_its_length_and_peak_when_it_was_read():
    with opened(wav(SECOND)) as recording:
        assert recording.n_samples == 0
        list(recording.blocks())
    assert recording.duration_s == 1.0
    assert recording.peak == pytest.approx(np.abs(SECOND).max(), abs=1e-4)


@pytest.mark.parametrize(
    ("samples", "problem"),
    [
        (np.zeros(0), "has no samples"),
        (np.ones(1), "too short to listen to"),
        (SECOND[:1599], "too short to listen to"),
    ],
)
def test_too_little_to_listen_to(model, samples, problem):
    with pytest.raises(AudioError, match=problem):
        model.embed(samples, RATE_HZ)
    with pytest.raises(AudioError, match=problem):
        model.embed(wav(samples))
    with pytest.raises(AudioError, match=problem):
        model.embed(iter([samples]), RATE_HZ)


def test_just_long_enough(model):
    assert len(model.embed(SECOND[:1600], RATE_HZ).frames) == 6
    assert len(model.embed(SECOND[:800], 8000).frames) == 6
