"""What FFmpeg decodes is what libsndfile does, to the last bit, and what it refuses as well."""

import io

import numpy as np
import pytest
import soundfile

from audiophrase.clips.flac import decode_flac
from audiophrase.errors import ArtifactError

RATE_HZ = 44_100
STREAM_INFO = 8  # where its fields begin: behind the marker and the header of the block


def flac(samples: np.ndarray, rate_hz: int = RATE_HZ, subtype: str = "PCM_16") -> bytes:
    content = io.BytesIO()
    soundfile.write(content, samples, rate_hz, subtype, format="FLAC")
    return content.getvalue()


def signal(kind: str, n_samples: int) -> np.ndarray:
    rng = np.random.default_rng(n_samples)
    return {
        "noise": 0.3 * rng.standard_normal(n_samples),
        "walk": 1e-3 * np.cumsum(rng.standard_normal(n_samples)),  # linear prediction
        "square": np.sign(np.sin(np.arange(n_samples) / 50)),  # full scale
        "silence": np.zeros(n_samples),
    }[kind]


NOISE = flac(signal("noise", 20_000))


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 32000, 44100, 48000])
@pytest.mark.parametrize("n_samples", [1, 15, 4096, 4097, 20_000])
@pytest.mark.parametrize("kind", ["noise", "walk", "square", "silence"])
def test_samples_are_those_of_libsndfile(kind, n_samples, rate_hz):
    content = flac(signal(kind, n_samples), rate_hz)
    samples, found_rate_hz = decode_flac(content, "Yx")
    assert (found_rate_hz, samples.dtype) == (rate_hz, np.float32)
    np.testing.assert_array_equal(samples, soundfile.read(io.BytesIO(content), dtype="float32")[0])


@pytest.mark.parametrize("n_bytes", [0, 3, 4, 6, 20, 42, 200, 10_000, len(NOISE) - 1])
def test_truncated_audio_is_refused(n_bytes):
    with pytest.raises(ArtifactError, match="clip Yx_0_1000 cannot be decoded"):
        decode_flac(NOISE[:n_bytes], "Yx_0_1000")


def test_metadata_alone_is_refused():
    first_frame = NOISE.index(b"\xff\xf8")
    with pytest.raises(ArtifactError, match="clip Yx cannot be decoded"):
        decode_flac(NOISE[:first_frame], "Yx")


@pytest.mark.parametrize("position", range(1000, len(NOISE), 3001))
def test_a_flipped_bit_is_refused_and_not_played(position):
    damaged = bytearray(NOISE)
    damaged[position] ^= 4
    with pytest.raises(ArtifactError, match="clip Yx cannot be decoded"):
        decode_flac(bytes(damaged), "Yx")


def test_a_damaged_last_sample_is_refused():
    damaged = bytearray(flac(signal("noise", 100)))
    damaged[-3] ^= 1
    with pytest.raises(ArtifactError, match="clip Yx cannot be decoded"):
        decode_flac(bytes(damaged), "Yx")


@pytest.mark.parametrize("n_more", [-1, 1])
def test_as_many_samples_as_declared_must_be_there(n_more):
    damaged = bytearray(NOISE)
    damaged[STREAM_INFO + 14 : STREAM_INFO + 18] = (20_000 + n_more).to_bytes(4, "big")
    with pytest.raises(ArtifactError, match=f"20000 samples instead of {20_000 + n_more}"):
        decode_flac(bytes(damaged), "Yx")


def test_a_declared_length_makes_no_room():
    damaged = bytearray(NOISE)
    damaged[STREAM_INFO + 13] |= 0x0F  # 60 thousand million samples
    with pytest.raises(ArtifactError, match="20000 samples instead of 644"):
        decode_flac(bytes(damaged), "Yx")


def test_only_sixteen_bits_of_one_channel_are_taken():
    with pytest.raises(ArtifactError, match="16-bit audio of 2 channel"):
        decode_flac(flac(np.zeros((500, 2))), "Yx")
    with pytest.raises(ArtifactError, match="24-bit audio of 1 channel"):
        decode_flac(flac(np.zeros(500), subtype="PCM_24"), "Yx")


def header_says(content: bytes, *, rate_hz: int, n_channels: int = 1) -> bytes:
    """The same frames behind another rate and number of channels."""
    changed = bytearray(content)
    fields = rate_hz << 4 | n_channels - 1 << 1 | changed[STREAM_INFO + 12] & 1
    changed[STREAM_INFO + 10 : STREAM_INFO + 13] = fields.to_bytes(3, "big")
    return bytes(changed)


@pytest.mark.parametrize(
    ("content", "rate_hz"), [(flac(np.zeros((500, 2))), RATE_HZ), (NOISE, 16_000), (NOISE, 0)]
)
def test_frames_must_be_what_the_header_says(content, rate_hz):
    with pytest.raises(ArtifactError, match="its frames are not what its header says"):
        decode_flac(header_says(content, rate_hz=rate_hz), "Yx")
    assert header_says(NOISE, rate_hz=RATE_HZ) == NOISE


def test_a_few_bytes_do_not_become_many_samples():
    silence = bytearray(flac(np.zeros(6_000_000)))
    silence[STREAM_INFO + 14 : STREAM_INFO + 18] = (100).to_bytes(4, "big")
    with pytest.raises(ArtifactError, match="hold more than the 100 samples declared"):
        decode_flac(bytes(silence), "Yx")
    assert len(silence) < 30_000


@pytest.mark.parametrize("content", [b"RIFF" + NOISE[4:], NOISE[:4] + b"\x81" + NOISE[5:]])
def test_what_is_not_flac_is_refused(content):
    with pytest.raises(ArtifactError, match="clip Yx cannot be decoded"):
        decode_flac(content, "Yx")
