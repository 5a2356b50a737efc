"""MP4 as bytes: where its index ends, and which fragment holds what, as its `sidx` says."""

import struct
from dataclasses import dataclass

import numpy as np

_MAX_BOXES = 64  # of a header
_MAX_MOOF_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Fragments:
    """Where the fragments of a recording lie.

    Attributes:
        positions: (n + 1,) in bytes; the last is where the last fragment ends.
        times_s: (n + 1,) likewise, in s.
    """

    positions: np.ndarray
    times_s: np.ndarray


def index_end(head: bytes) -> int | None:
    """Where the tables in front of the sound end, which may be behind these bytes."""
    end = None
    for name, _, box_end in _boxes(head):
        if name in (b"moov", b"sidx"):
            end = box_end
        elif end is not None:
            break
    return end


def fragments(head: bytes) -> Fragments | None:
    """What the one `sidx` in front of the sound says, if it is whole and names only fragments."""
    indices = [(start, end) for name, start, end in _boxes(head) if name == b"sidx"]
    if len(indices) != 1 or indices[0][1] > len(head):
        return None
    start, end = indices[0]
    return _sidx(head[start:end], anchor=end)


def moof_bytes(head: bytes) -> int:
    """How long the table of the first fragment is, 0 where it is not seen."""
    lengths = [end - start + 8 for name, start, end in _boxes(head) if name == b"moof"]
    return lengths[0] if lengths and lengths[0] <= _MAX_MOOF_BYTES else 0


def _sidx(content: bytes, *, anchor: int) -> Fragments | None:
    if len(content) < 32 or content[0] > 1:
        return None
    form = ">IQQ" if content[0] else ">III"
    timescale, earliest, offset = struct.unpack_from(form, content, 8)
    start = 8 + struct.calcsize(form)
    n_fragments = int.from_bytes(content[start + 2 : start + 4], "big")
    table = content[start + 4 : start + 4 + 12 * n_fragments]
    if not timescale or not n_fragments or len(table) < 12 * n_fragments:
        return None
    entries = np.frombuffer(table, ">u4").reshape(-1, 3).astype(np.int64)
    sizes, durations = entries[:, 0], entries[:, 1]
    if (sizes >> 31).any() or offset + earliest >= 1 << 48:
        return None
    positions = anchor + offset + np.append(0, np.cumsum(sizes))
    times_s = (earliest + np.append(0, np.cumsum(durations))) / timescale
    return Fragments(positions, times_s)


def _boxes(data: bytes) -> list[tuple[bytes, int, int]]:
    """Name, start of the content and end of each box at the top, as far as they can be seen."""
    boxes, at = [], 0
    while len(boxes) < _MAX_BOXES and at + 8 <= len(data):
        size, start = int.from_bytes(data[at : at + 4], "big"), at + 8
        if size == 1 and at + 16 <= len(data):
            size, start = int.from_bytes(data[at + 8 : at + 16], "big"), at + 16
        if size < start - at:
            break
        boxes.append((data[at + 4 : at + 8], start, at + size))
        at += size
    return boxes
