"""Recordings as YouTube serves them: Opus in WebM (251) and AAC in fragmented MP4 (140).

The sound is noise of which no two moments are alike, so that a cut shows where it was made.
"""

import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from scipy.signal import lfilter

LENGTHS_S = {"long": 160.0, "short": 6.0, "silent": 30.0}


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
    options: dict[str, str]


FORMATS = {
    251: Format(251, ".webm", 'audio/webm; codecs="opus"', "libopus", 48000, 128_000, "MEDIUM", {}),
    140: Format(
        140,
        ".m4a",
        'audio/mp4; codecs="mp4a.40.2"',
        "aac",
        44100,
        128_000,
        "MEDIUM",
        {"movflags": "dash+global_sidx+delay_moov", "frag_duration": "10000000"},
    ),
}


def signal(name: str, rate_hz: int) -> np.ndarray:
    """The samples of a recording, float32 (n_samples,), before they are encoded."""
    n_samples = round(LENGTHS_S[name] * rate_hz)
    if name == "silent":
        return np.zeros(n_samples, np.float32)
    white = np.random.default_rng(7).standard_normal(n_samples)
    samples = lfilter([1.0], [1.0, -0.9], white)
    return (samples / np.abs(samples).max() * 0.9).astype(np.float32)


def recording(folder: Path, name: str, itag: int) -> Path:
    """The file of a recording in a format, encoded where the folder does not hold it yet."""
    kind = FORMATS[itag]
    path = folder / f"{name}-{itag}{kind.suffix}"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{os.getpid()}-{path.name}"
        _encode(unfinished, kind, signal(name, kind.rate_hz))
        os.replace(unfinished, path)  # others may be making the same
    return path


def _encode(path: Path, kind: Format, samples: np.ndarray) -> None:
    pcm = np.rint(samples * 32767).astype(np.int16)
    container_format = "webm" if kind.suffix == ".webm" else "mp4"
    with av.open(str(path), "w", format=container_format, options=kind.options) as container:
        stream = container.add_stream(kind.encoder, rate=kind.rate_hz, layout="mono")
        stream.bit_rate = kind.bitrate
        for first in range(0, len(pcm), kind.rate_hz):
            piece = pcm[None, first : first + kind.rate_hz]
            frame = av.AudioFrame.from_ndarray(piece, format="s16", layout="mono")
            frame.sample_rate, frame.time_base = kind.rate_hz, Fraction(1, kind.rate_hz)
            frame.pts = first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
