"""Media that is small on the wire and would be huge in memory."""

import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

N_CLAIMED_SAMPLES = 80_000_000  # FFmpeg would index each, in 24 bytes


def container_bomb(folder: Path) -> bytes:
    """An MP4 whose table of sample sizes claims 80 million samples of one byte each."""
    path = folder / "plain.m4a"
    if not path.exists():
        unfinished = folder / f"{os.getpid()}-plain.m4a"
        with av.open(str(unfinished), "w", format="mp4", options={"movflags": "faststart"}) as mp4:
            stream = mp4.add_stream("aac", rate=44100, layout="mono")
            silence = np.zeros((1, 44100), np.int16)
            frame = av.AudioFrame.from_ndarray(silence, format="s16", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = 44100, Fraction(1, 44100), 0
            mp4.mux(stream.encode(frame))
            mp4.mux(stream.encode(None))
        os.replace(unfinished, path)
    content = bytearray(path.read_bytes())
    sizes = content.index(b"stsz") + 8  # behind name, version and flags
    struct.pack_into(">II", content, sizes, 1, N_CLAIMED_SAMPLES)
    chunks = content.index(b"stsc") + 8  # count, then first chunk, samples a chunk, description
    struct.pack_into(">III", content, chunks + 4, 1, N_CLAIMED_SAMPLES, 1)
    times = content.index(b"stts") + 12
    struct.pack_into(">I", content, times, N_CLAIMED_SAMPLES)
    return bytes(content)
