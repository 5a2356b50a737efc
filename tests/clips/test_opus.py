"""Sound that browsers play."""

import io

import av
import numpy as np
import pytest

from audiophrase.clips.opus import encode_opus


def tone(rate_hz: int, length_s: float = 0.5, f_hz: float = 440.0) -> np.ndarray:
    return (0.4 * np.sin(2 * np.pi * f_hz * np.arange(int(rate_hz * length_s)) / rate_hz)).astype(
        np.float32
    )


def decoded(content: bytes) -> np.ndarray:
    with av.open(io.BytesIO(content)) as container:
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    return np.concatenate(frames, axis=1)[0]


@pytest.mark.parametrize("rate_hz", [8000, 44_100, 48_000])
def test_it_sounds_as_before_and_is_as_long(rate_hz):
    heard = decoded(encode_opus(tone(rate_hz), rate_hz))
    assert abs(len(heard) / 48_000 - 0.5) < 0.02
    spectrum = np.abs(np.fft.rfft(heard))
    assert abs(spectrum.argmax() * 48_000 / len(heard) - 440) < 4
    assert heard[4800:-4800].std() == pytest.approx(0.4 / 2**0.5, rel=0.05)


def test_the_same_samples_are_the_same_bytes():
    assert encode_opus(tone(44_100), 44_100) == encode_opus(tone(44_100), 44_100)


def test_a_clip_takes_a_tenth_of_its_samples():
    assert len(encode_opus(tone(44_100, 2.0), 44_100)) < 2 * 44_100 * 2 / 8


@pytest.mark.parametrize("samples", [[], [np.nan, 0.0], [np.inf], [[0.0], [0.0]]])
def test_what_is_no_sound_is_refused(samples):
    with pytest.raises(ValueError, match="one channel of finite samples"):
        encode_opus(np.array(samples, np.float32), 44_100)


def test_a_single_sample_and_what_lies_beyond_full_scale():
    assert encode_opus(np.array([0.5], np.float32), 44_100)
    assert np.abs(decoded(encode_opus(10 * tone(48_000), 48_000))).max() < 2
