"""Sections cut out of encoded audio: the right samples, to the sample, and never padded."""

from fractions import Fraction

import av
import numpy as np
import pytest
import soundfile
from scipy.signal import correlate, lfilter

from audiophrase.clips.section import NoAudioError, duration_s, read_section

LENGTH_S = 40
SECTION_S = 10.0
# name -> suffix, encoder of PyAV (or format of soundfile), rate in Hz, greatest lag in s
FORMATS = {
    "wav": (".wav", "pcm_s16le", 44100, 0),
    "flac": (".flac", "flac", 44100, 0),
    "opus in webm": (".webm", "libopus", 48000, 0),
    "opus in ogg": (".opus", "libopus", 48000, 0),
    "mp3": (".mp3", "libmp3lame", 44100, 0.001),
    "aac in mp4": (".m4a", "aac", 44100, 0.001),
    "aac in matroska": (".mka", "aac", 44100, 0.001),
    "mp3 of variable rate": (".mp3", "MP3", 44100, 0.001),
    "vorbis in ogg": (".ogg", "OGG", 44100, 0.001),
}


def rumble(rate_hz, length_s, seed=7):
    """Noise with most of its power below some 700 Hz: no two sections of it are alike."""
    white = np.random.default_rng(seed).standard_normal(round(rate_hz * length_s))
    samples = lfilter([1.0], [1.0, -0.9], white)
    return (samples / np.abs(samples).max() * 0.9).astype(np.float32)


def encode(path, encoder, rate_hz, samples):
    if encoder in ("MP3", "OGG"):
        bitrate = {"bitrate_mode": "VARIABLE"} if encoder == "MP3" else {}
        return soundfile.write(path, samples, rate_hz, format=encoder, **bitrate)
    pcm = np.rint(samples * 32767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(encoder, rate=rate_hz, layout="mono")
        if not encoder.startswith(("pcm", "flac")):
            stream.bit_rate = 128_000
        frame = av.AudioFrame.from_ndarray(pcm[None], format="s16", layout="mono")
        frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def section(path, start_s=0.0, length_s=SECTION_S):
    with av.open(str(path)) as container:
        return read_section(container, start_s=start_s, length_s=length_s)


def lag(samples, reference):
    """By how many samples `samples` come too late; negative: too early."""
    n = min(len(samples), len(reference))
    correlation = correlate(samples[:n], reference[:n], mode="full", method="fft")
    return int(np.argmax(correlation)) - (n - 1)


@pytest.fixture(scope="module", params=FORMATS)
def recording(request, shared):
    """Path, source samples, rate in Hz, lag allowed in samples."""
    suffix, encoder, rate_hz, lag_s = FORMATS[request.param]
    if encoder not in av.codecs_available | soundfile.available_formats().keys():
        pytest.skip(f"this PyAV has no encoder {encoder}")
    samples = rumble(rate_hz, LENGTH_S)
    folder = shared(
        f"recording of {request.param}",
        lambda folder: encode(folder / f"long{suffix}", encoder, rate_hz, samples),
    )
    return folder / f"long{suffix}", samples, rate_hz, round(lag_s * rate_hz)


@pytest.mark.parametrize("start_s", [0, 3, 19.5, 29.98])
def test_a_section_is_that_part_of_the_recording(recording, start_s):
    path, source, rate_hz, allowed = recording
    found, found_rate_hz = section(path, start_s)
    assert found_rate_hz == rate_hz
    assert found.dtype == np.float32
    assert found.shape == (round(SECTION_S * rate_hz),)
    first = round(start_s * rate_hz)
    assert abs(lag(found, source[first:])) <= allowed


@pytest.mark.parametrize("start_s", [0.3, 3, 19.5])
def test_seeking_gives_the_samples_of_decoding_it_all(recording, start_s):
    path, _, rate_hz, allowed = recording
    whole, _ = section(path, 0, LENGTH_S)
    first = round(start_s * rate_hz)
    found, _ = section(path, start_s)
    if allowed:
        assert abs(lag(found, whole[first:])) <= allowed
    else:
        np.testing.assert_allclose(found, whole[first : first + len(found)], atol=1e-6)


def test_a_recording_that_ends_early_is_not_padded(recording):
    path, source, rate_hz, allowed = recording
    found, _ = section(path, 35)
    assert 5 * rate_hz <= len(found) < 5.05 * rate_hz  # some encoders fill their last frame
    assert abs(lag(found, source[35 * rate_hz :])) <= allowed
    assert len(section(path, 50)[0]) == 0


def test_the_duration_is_that_of_the_recording(recording):
    with av.open(str(recording[0])) as container:
        assert duration_s(container) == pytest.approx(LENGTH_S, abs=0.03)


SUBTYPES = {
    "PCM_U8": 2**-7,
    "PCM_16": 2**-15,
    "PCM_24": 2**-23,
    "PCM_32": 2**-23,  # float32 holds 24 bits
    "FLOAT": 0,
    "DOUBLE": 0,
}


@pytest.mark.parametrize("subtype", SUBTYPES)
@pytest.mark.parametrize("rate_hz", [8000, 22050, 96000])
def test_wav_of_every_depth_and_rate(tmp_path, subtype, rate_hz):
    samples = rumble(rate_hz, 1.5)
    soundfile.write(tmp_path / "a.wav", samples, rate_hz, subtype=subtype)
    found, found_rate_hz = section(tmp_path / "a.wav", 1.0, 0.25)
    expected = samples[rate_hz : rate_hz + round(0.25 * rate_hz)]
    assert found_rate_hz == rate_hz
    np.testing.assert_allclose(found, expected, atol=SUBTYPES[subtype], rtol=0, strict=True)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg"])
def test_channels_are_averaged(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    left, right = rumble(32000, 2, seed=1), rumble(32000, 2, seed=2)
    soundfile.write(path, np.stack([left, right], axis=1), 32000)
    found, _ = section(path, 0, 2)
    expected = (left + right) / 2
    if suffix == "ogg":  # Vorbis, at a quality of its own
        assert lag(found, expected) == 0
        assert np.corrcoef(found, expected[: len(found)])[0, 1] > 0.95
    else:
        np.testing.assert_allclose(found, expected, atol=2**-15)


def test_out_of_phase_channels_cancel(tmp_path):
    samples = rumble(8000, 1)
    soundfile.write(tmp_path / "a.wav", np.stack([samples, -samples], axis=1), 8000, "FLOAT")
    assert np.abs(section(tmp_path / "a.wav")[0]).max() == 0


def test_six_channels_are_averaged(tmp_path):
    channels = np.stack([rumble(8000, 1, seed) for seed in range(6)], axis=1)
    soundfile.write(tmp_path / "a.wav", channels, 8000, subtype="FLOAT")
    np.testing.assert_allclose(section(tmp_path / "a.wav")[0], channels.mean(axis=1), atol=1e-6)


def joined(path, *recordings):
    """Files of soundfile one after the other, as some recorders write them."""
    content = b""
    for samples, rate_hz in recordings:
        soundfile.write(path, samples, rate_hz)
        content += path.read_bytes()
    path.write_bytes(content)
    return path


def test_channels_may_change_on_the_way(tmp_path):
    mono, stereo = rumble(44100, 2, seed=1), rumble(44100, 2, seed=2)
    parts = [(mono, 44100), (np.stack([stereo, stereo], axis=1), 44100)]
    found, _ = section(joined(tmp_path / "a.flac", *parts), 0, 4)
    expected = np.concatenate([mono, stereo])
    np.testing.assert_allclose(found, expected[: len(found)], atol=2**-15)
    assert len(found) > 2.5 * 44100


def test_a_recording_ends_where_another_of_a_different_rate_begins(tmp_path):
    parts = [(rumble(44100, 2), 44100), (rumble(22050, 2), 22050)]
    found, rate_hz = section(joined(tmp_path / "a.mp3", *parts), 0, 4)
    assert rate_hz == 44100
    assert len(found) == pytest.approx(2 * 44100, abs=2 * 1152)


def test_a_recording_without_samples_gives_none(tmp_path):
    soundfile.write(tmp_path / "a.wav", np.zeros(0, np.float32), 8000)
    assert section(tmp_path / "a.wav")[0].shape == (0,)


def test_a_film_without_sound_has_no_audio(tmp_path):
    path = tmp_path / "film.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        image = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(image))
        container.mux(stream.encode(None))
    with pytest.raises(NoAudioError, match="no audio stream"):
        section(path)
