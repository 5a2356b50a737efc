"""WebM as bytes: where its index ends, and where in the middle of a cluster its blocks begin.

Nothing here reads a file; all of it may be given anything and looks at each byte a few times at
most.
"""

from dataclasses import dataclass

CLUSTER = b"\x1f\x43\xb6\x75"
CLUSTER_HEAD_BYTES = 64  # what holds a cluster's head and its time code, with some to spare
MIN_COVER_BYTES = 31  # of `cluster_until`
_EBML, _SEGMENT, _CUES = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67", b"\x1c\x53\xbb\x6b"
_BLOCK, _SIMPLE_BLOCK, _GROUP, _TIMECODE, _VOID = b"\xa1", b"\xa3", b"\xa0", b"\xe7", b"\xec"
_MAX_ELEMENTS = 64  # of a header
_MAX_STEPS = 20_000  # blocks looked at in search of a chain
_MIN_BLOCKS = 4  # that end exactly where the next cluster begins
_MIN_LOOSE_BLOCKS = 16  # that end where the bytes do
_LONGEST_MS = 120  # an Opus packet
_ROUNDING_MS = 1.0


@dataclass(frozen=True, slots=True)
class Chain:
    """Blocks of one cluster that follow on each other without a gap.

    Attributes:
        position: of the first, in bytes of the recording.
        time_ms: of the first, as the cluster counts.
        end_ms: where the last ends.
        is_closed: whether the last ends where the next cluster begins.
    """

    position: int
    time_ms: int
    end_ms: float
    is_closed: bool


def index_end(head: bytes) -> int | None:
    """Where the Cues in front of the first cluster end, which may be behind these bytes."""
    for name, _, end in _top(head):
        if name == _CUES:
            return end
    return None


def first_cluster(head: bytes) -> int | None:
    """Where the first cluster begins."""
    for name, at, _ in _top(head):
        if name == CLUSTER:
            return at
    return None


def cluster_time_ms(data: bytes, at: int = 0) -> int | None:
    """The time code of the cluster at a place, in ms where the recording counts in these."""
    start = _first_in_cluster(data, at)
    return None if start is None else start[0]


def first_block_end(data: bytes, at: int) -> int | None:
    """Where the first block of the cluster at a place ends."""
    first = _first_in_cluster(data, at)
    element = None if first is None else _element(data, first[1])
    if element is None or element[0] not in (_SIMPLE_BLOCK, _GROUP) or element[2] is None:
        return None
    return element[1] + element[2]


def find_chain(
    data: bytes, *, first: int, cluster_ms: int, cluster_end: int | None
) -> Chain | None:
    """The first blocks of Opus in bytes from the middle of a cluster, where all that follow agree.

    A block counts only when from it on each element is a block, each begins when the one before
    ends, and the last ends where the next cluster begins, or where the bytes do.

    Args:
        first: where these bytes lie in the recording.
        cluster_ms: the cluster's time code.
        cluster_end: where the next cluster begins, if there is one.
    """
    inside = cluster_end is not None and cluster_end <= first + len(data)
    end = cluster_end - first if inside else len(data)
    n_steps, candidate = 0, -1
    while n_steps < _MAX_STEPS:
        candidate = data.find(_SIMPLE_BLOCK, candidate + 1, end)
        if candidate < 0:
            return None
        n_blocks, times = _follow(data, candidate, end=end, closed=inside)
        n_steps += n_blocks + 1
        if times is not None and n_blocks >= (_MIN_BLOCKS if inside else _MIN_LOOSE_BLOCKS):
            time_ms, end_ms = times
            return Chain(first + candidate, cluster_ms + time_ms, cluster_ms + end_ms, inside)
    return None


def cluster_until(position: int, *, cluster: int, time_ms: int, cluster_end: int | None) -> bytes:
    """The head of a cluster and an empty element that reaches up to a block of it."""
    size = b"\x01" + b"\xff" * 7  # not known
    if cluster_end is not None:
        size = _size(cluster_end - cluster - 12)
    head = CLUSTER + size + _TIMECODE + b"\x88" + time_ms.to_bytes(8, "big")
    return head + void(position - cluster - len(head))


def void(n_bytes: int) -> bytes:
    """An element of so many bytes, nine at least, that says nothing."""
    return _VOID + _size(n_bytes - 9) + bytes(n_bytes - 9)


def _follow(
    data: bytes, at: int, *, end: int, closed: bool
) -> tuple[int, tuple[int, float] | None]:
    """How many blocks follow on each other, and start and end of all if nothing is wrong, in ms."""
    n_blocks, first_ms, expected_ms, track = 0, 0, 0.0, None
    while at < end:
        element = _element(data, at)
        if element is None or element[2] is None or element[1] + element[2] > end:
            cut = not closed and n_blocks and _could_begin(data, at, end)
            return n_blocks, (first_ms, expected_ms) if cut else None
        block = _block(data, *element)
        if block is None or track not in (None, block[0]):
            return n_blocks, None
        track, time_ms, duration_ms = block
        if not n_blocks:
            first_ms = time_ms
        elif abs(time_ms - expected_ms) > _ROUNDING_MS:
            return n_blocks, None
        n_blocks += 1
        expected_ms = time_ms + duration_ms
        at = element[1] + element[2]
    return n_blocks, (first_ms, expected_ms) if n_blocks else None


def _could_begin(data: bytes, at: int, end: int) -> bool:
    """Whether a block begins here that only ends behind the bytes."""
    return at < end and data[at : at + 1] in (_SIMPLE_BLOCK, _GROUP)


def _block(data: bytes, name: bytes, start: int, size: int) -> tuple[int, int, float] | None:
    """Track, time and duration in ms of a block of Opus, alone in its element or in a group."""
    end = start + size
    if name == _GROUP:
        inner = _element(data[:end], start)
        if inner is None or inner[0] != _BLOCK or inner[2] is None or inner[1] + inner[2] > end:
            return None
        start, size = inner[1:]
        end = start + size
    elif name != _SIMPLE_BLOCK:
        return None
    if size < 5 or not data[start] & 0x80 or data[start + 3] & 0x06:  # no laces
        return None
    duration_ms = _opus_ms(data[start + 4 : min(start + 6, end)])
    if duration_ms is None:
        return None
    time_ms = int.from_bytes(data[start + 1 : start + 3], "big", signed=True)
    return data[start], time_ms, duration_ms


def _opus_ms(packet: bytes) -> float | None:
    """How long a packet sounds, out of its first two bytes (RFC 6716, section 3.1)."""
    configuration, code = packet[0] >> 3, packet[0] & 3
    if configuration < 12:
        frame_ms = (10, 20, 40, 60)[configuration & 3]
    elif configuration < 16:
        frame_ms = (10, 20)[configuration & 1]
    else:
        frame_ms = (2.5, 5, 10, 20)[configuration & 3]
    if code == 3 and len(packet) < 2:
        return None
    n_frames = (1, 2, 2, packet[-1] & 0x3F)[code]
    return n_frames * frame_ms if 0 < n_frames * frame_ms <= _LONGEST_MS else None


def _top(head: bytes) -> list[tuple[bytes, int, int | None]]:
    """Name, start and end of the elements up to the first cluster, that one included."""
    elements, at = [], 0
    while len(elements) < _MAX_ELEMENTS and (element := _element(head, at)) is not None:
        name, start, size = element
        elements.append((name, at, None if size is None else start + size))
        if name == CLUSTER or (size is None and name != _SEGMENT):
            break
        at = start if name == _SEGMENT else start + size
    return elements


def _first_in_cluster(data: bytes, at: int) -> tuple[int, int] | None:
    """A cluster's time code, and where its next element begins."""
    element = _element(data, at)
    if element is None or element[0] != CLUSTER:
        return None
    element = _element(data, element[1])
    if element is None or element[0] != _TIMECODE or element[2] is None or element[2] > 8:
        return None
    end = element[1] + element[2]
    return (int.from_bytes(data[element[1] : end], "big"), end) if end <= len(data) else None


def _element(data: bytes, at: int) -> tuple[bytes, int, int | None] | None:
    """Name, start of the content and its size, None where unknown; None where bytes are lacking."""
    if at >= len(data) or not data[at] & 0xF0:
        return None
    n_name = 9 - data[at].bit_length()
    start = at + n_name
    if start >= len(data) or not data[start]:
        return None
    n_size = 9 - data[start].bit_length()
    if start + n_size > len(data):
        return None
    size = int.from_bytes(data[start : start + n_size], "big") & ((1 << 7 * n_size) - 1)
    unknown = size == (1 << 7 * n_size) - 1
    return data[at:start], start + n_size, None if unknown else size


def _size(n_bytes: int) -> bytes:
    return (n_bytes | 1 << 56).to_bytes(8, "big")
