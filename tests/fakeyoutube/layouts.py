"""Recordings in the ways that their bytes are laid out: indices in front and behind, none, ten hours.

`layout` gives bytes, or for ten hours what can be sliced like bytes: the same two minutes over and
over, with other times.
"""

import fcntl
import functools
import io
import os
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import av
import numpy as np

from fakeyoutube.sounds import FORMATS, LENGTHS_S, Format, encode, index_range, signal

TEN_HOURS = "of ten hours"
_WEBM, _M4A = FORMATS[251], FORMATS[140]
_PLAIN = replace(_M4A, container_options={"movflags": "faststart"})
_FRAGMENTED = "empty_moov+default_base_moof+delay_moov+skip_trailer"


@dataclass(frozen=True)
class Layout:
    """How the bytes lie; `is_variable`: silence, murmur and noise take turns."""

    kind: Format
    is_variable: bool = False


LAYOUTS = {
    "webm": Layout(_WEBM),
    "webm of variable rate": Layout(_WEBM, is_variable=True),
    "webm with the index behind": Layout(
        replace(_WEBM, container_options={"cluster_time_limit": "10000"})
    ),
    "m4a with sidx": Layout(_M4A),
    "m4a with sidx of variable rate": Layout(_M4A, is_variable=True),
    "m4a with one table": Layout(_PLAIN),
    "m4a in fragments without sidx": Layout(
        replace(_M4A, container_options={"movflags": _FRAGMENTED, "frag_duration": "10000000"})
    ),
    f"webm {TEN_HOURS}": Layout(_WEBM),
    f"m4a with sidx {TEN_HOURS}": Layout(_M4A),
}


def layout(folder: Path, name: str) -> "bytes | Repeated":
    """The bytes of a recording, encoded where the folder does not hold it yet."""
    kind = LAYOUTS[name].kind
    if TEN_HOURS in name:
        base = layout(folder, name.removesuffix(f" {TEN_HOURS}"))
        return (_repeat_webm if kind.suffix == ".webm" else _repeat_m4a)(base, 257)
    path = folder / f"{name.replace(' ', '-')}{kind.suffix}"
    folder.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            samples = signal("long", kind.rate_hz)
            if LAYOUTS[name].is_variable:
                samples = samples * loudness(kind.rate_hz)
            unfinished = path.with_suffix(".unfinished")
            encode(unfinished, kind, samples)
            os.replace(unfinished, path)
    return path.read_bytes()


@functools.cache
def loudness(rate_hz: int) -> np.ndarray:
    """A gain of each sample, float32 (n_samples,)."""
    rng = np.random.default_rng(5)
    n_samples = round(LENGTHS_S["long"] * rate_hz)
    gains = rng.choice([0, 0.003, 0.03, 0.3, 1], 100)
    lengths = rng.integers(2 * rate_hz, 7 * rate_hz, 100)
    return np.repeat(gains, lengths)[:n_samples].astype(np.float32)


class Repeated:
    """A head and then `body(i)` for i in 0, 1, … n − 1, all of one length."""

    def __init__(self, head: bytes, body: Callable[[int], bytes], n: int) -> None:
        self._head, self._body, self._n_body = head, body, len(body(0))
        self._n_bytes = len(head) + n * self._n_body

    def __len__(self) -> int:
        return self._n_bytes

    def __getitem__(self, place: slice) -> bytes:
        first, end, _ = place.indices(self._n_bytes)
        pieces = [self._head[first:end]]
        position = max(first, len(self._head))
        while position < end:
            number, offset = divmod(position - len(self._head), self._n_body)
            pieces.append(self._body(number)[offset : offset + end - position])
            position += len(pieces[-1])
        return b"".join(pieces)


class AsFile(io.RawIOBase):
    """Bytes, or what can be sliced like them, as a file."""

    def __init__(self, content: Sequence) -> None:
        self._content, self._position = content, 0

    def read(self, n: int = -1) -> bytes:
        """Up to n bytes."""
        end = len(self._content) if n < 0 else self._position + n
        piece = self._content[self._position : end]
        self._position += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of a file."""
        self._position = (0, self._position, len(self._content))[whence] + offset
        return self._position

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True


def _repeat_webm(base: bytes, n: int) -> Repeated:
    """Whole clusters only: the last one ends in the middle of a packet."""
    with av.open(io.BytesIO(base)) as container:
        entries = container.streams.audio[0].index_entries
        times_ms = {entry.pos: entry.timestamp for entry in entries if entry.timestamp >= 0}
    *positions, after = sorted(times_ms)
    period_ms = times_ms[after] // 20 * 20
    clusters = []
    for position, end in zip(positions, [*positions[1:], after], strict=True):
        time = position + 4 + 9 - base[position + 4].bit_length()  # behind its name and its size
        n_time = base[time + 1] & 0x7F
        clusters.append((times_ms[position], base[time + 2 + n_time : end]))

    def body(number: int) -> bytes:
        pieces = []
        for time_ms, blocks in clusters:
            head = b"\xe7\x88" + (time_ms + number * period_ms).to_bytes(8, "big")
            size = (len(head) + len(blocks) | 1 << 56).to_bytes(8, "big")
            pieces += [b"\x1f\x43\xb6\x75", size, head, blocks]
        return b"".join(pieces)

    first, _ = index_range(base)
    head = bytearray(base[:first])
    segment = head.index(b"\x18\x53\x80\x67") + 12
    head[segment - 8 : segment] = b"\x01" + b"\xff" * 7
    duration = head.index(b"\x44\x89\x88") + 3
    head[duration : duration + 8] = struct.pack(">d", n * period_ms)
    n_points = n * len(clusters)
    position = len(head) + 12 + 20 * n_points - segment
    points = []
    for number in range(n):
        for time_ms, blocks in clusters:
            stated = (time_ms + number * period_ms).to_bytes(4, "big")
            place = b"\xf7\x81\x01\xf1\x85" + position.to_bytes(5, "big")
            points.append(b"\xbb\x92\xb3\x84" + stated + b"\xb7\x8a" + place)
            position += 12 + 10 + len(blocks)
    size = (20 * n_points | 1 << 56).to_bytes(8, "big")
    return Repeated(bytes(head) + b"\x1c\x53\xbb\x6b" + size + b"".join(points), body, n)


def _repeat_m4a(base: bytes, n: int) -> Repeated:
    """Whole fragments only, without the first, which has the encoder's delay."""
    first, last = index_range(base)
    version = base[first + 8]
    at = first + 12 + (28 if version else 20)
    n_entries = int.from_bytes(base[at - 2 : at], "big")
    entries = [struct.unpack_from(">III", base, at + 12 * i) for i in range(n_entries)]
    timescale = base[first + 16 : first + 20]
    fragments, position = [], last + 1
    for size, length, _ in entries:
        fragments.append((base[position : position + size], length))
        position += size
    fragments = fragments[1:-1]
    period = sum(length for _, length in fragments)

    def body(number: int) -> bytes:
        pieces, time = [], number * period
        for content, length in fragments:
            table = content.index(b"tfdt") + 4
            n_time = 8 if content[table] else 4
            later = content[table + 4 + n_time :]
            pieces += [content[: table + 4], time.to_bytes(n_time, "big"), later]
            time += length
        return b"".join(pieces)

    listed = [struct.pack(">III", len(content), length, 1 << 31) for content, length in fragments]
    table = b"sidx" + bytes(4) + base[first + 12 : first + 16] + timescale + bytes(8)
    table += struct.pack(">HH", 0, n * len(listed)) + b"".join(listed) * n
    return Repeated(base[:first] + struct.pack(">I", len(table) + 4) + table, body, n)
