"""Recordings as YouTube serves them: Opus in WebM (251) and AAC in fragmented MP4 (140).

The sound is noise of which no two moments are alike, so that a cut shows where it was made.
"""

import fcntl
import functools
import os
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from scipy.signal import lfilter

LENGTHS_S = {"long": 148.0, "short": 6.0, "silent": 30.0, "spoken": 20.0, "dub": 20.0}
_SEEDS = {"dub": 8}  # of the others: 7


@dataclass(frozen=True)
class Format:
    """One of YouTube's audio formats, by its itag."""

    itag: int
    suffix: str
    mime_type: str
    encoder: str
    rate_hz: int
    bitrate: int
    quality: str
    encoder_options: dict[str, str]
    container_options: dict[str, str]


_OPUS = Format(
    itag=251,
    suffix=".webm",
    mime_type='audio/webm; codecs="opus"',
    encoder="libopus",
    rate_hz=48000,
    bitrate=128_000,
    quality="MEDIUM",
    encoder_options={"compression_level": "1"},  # three times as fast
    container_options={"cues_to_front": "1", "cluster_time_limit": "10000"},
)
_AAC = Format(
    itag=140,
    suffix=".m4a",
    mime_type='audio/mp4; codecs="mp4a.40.2"',
    encoder="aac",
    rate_hz=44100,
    bitrate=128_000,
    quality="MEDIUM",
    # Without noise of the decoder's own making, which is another one after each seek.
    encoder_options={"aac_coder": "fast", "aac_pns": "0"},
    container_options={
        "movflags": "dash+global_sidx+delay_moov+skip_trailer",
        "frag_duration": "10000000",
    },
)
_LOW = {"quality": "LOW", "bitrate": 48_000}
FORMATS = {
    251: _OPUS,
    250: replace(_OPUS, itag=250, quality="LOW"),
    140: _AAC,
    139: replace(_AAC, itag=139, mime_type='audio/mp4; codecs="mp4a.40.5"', **_LOW),
    141: replace(_AAC, itag=141, quality="HIGH", bitrate=256_000),
}


def index_range(content: bytes) -> tuple[int, int]:
    """First and last byte of the index in front of the sound, as players state them."""
    if content[:4] == b"\x1a\x45\xdf\xa3":
        end = content.index(b"\x1f\x43\xb6\x75")
        return content.rindex(b"\x1c\x53\xbb\x6b", 0, end), end - 1  # named before, in a table
    first = content.index(b"sidx") - 4
    return first, first + int.from_bytes(content[first : first + 4], "big") - 1


@functools.cache
def signal(name: str, rate_hz: int) -> np.ndarray:
    """The samples of a recording, float32 (n_samples,), before they are encoded."""
    n_samples = round(LENGTHS_S[name] * rate_hz)
    if name == "silent":
        return np.zeros(n_samples, np.float32)
    white = np.random.default_rng(_SEEDS.get(name, 7)).standard_normal(n_samples)
    samples = lfilter([1.0], [1.0, -0.9], white)
    return (samples / np.abs(samples).max() * 0.9).astype(np.float32)


def recording(folder: Path, name: str, itag: int) -> Path:
    """The file of a recording in a format, encoded where the folder does not hold it yet."""
    kind = FORMATS[itag]
    path = folder / f"{name}{kind.suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # other workers of the tests want the same
            if not path.exists():
                unfinished = path.with_suffix(".unfinished")
                encode(unfinished, kind, signal(name, kind.rate_hz))
                os.replace(unfinished, path)
    return path


def encode(path: Path, kind: Format, samples: np.ndarray) -> None:
    """Write samples (n_samples,) between −1 and 1 as a recording."""
    pcm = np.rint(samples * 32767).astype(np.int16)
    container_format = "webm" if kind.suffix == ".webm" else "mp4"
    options = kind.container_options
    with av.open(str(path), "w", format=container_format, options=options) as container:
        stream = container.add_stream(
            kind.encoder, rate=kind.rate_hz, layout="mono", options=kind.encoder_options
        )
        stream.bit_rate = kind.bitrate
        for first in range(0, len(pcm), kind.rate_hz):
            piece = pcm[None, first : first + kind.rate_hz]
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            frame.sample_rate, frame.time_base = kind.rate_hz, Fraction(1, kind.rate_hz)
            frame.pts = first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
