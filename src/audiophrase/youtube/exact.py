"""Which bytes of a recording a section needs, and their fetching in two or three ranges.

The index in front of the sound says where points of known time lie: clusters of WebM, fragments of
MP4, packets where a table lists them all. Between two of them the place of a moment is guessed. A
guess is only ever about which bytes to ask for at once: FFmpeg reads what it needs, and where a guess
fell short, it asks for the rest. Opus is the one case where bytes in front of the section are left
out that FFmpeg would have read: there `webm.find_chain` has to agree, or nothing is left out.
"""

from dataclasses import dataclass

import av
import numpy as np

from audiophrase.clips.section import pre_roll_s
from audiophrase.youtube import mp4, webm
from audiophrase.youtube.ranges import MAX_BYTES, RangedReader

HEAD_BYTES = 4 * 1024  # asked for first where nobody says how long the index is
MAX_INDEX_BYTES = 1 << 20
DATA_SHARE = 0.5  # of all bytes that a section may take: more are not believed to be its own
TAIL_BYTES = {"webm": 1536, "m4a": 3072}  # behind the index: what FFmpeg has to see of the sound
# How wrong a guess may be: a part of the way to the nearest known point, more of its first second.
MARGIN, NEAR_MARGIN, NEAR_BYTES = 0.08, 0.3, 16 * 1024
SLACK_BYTES = 768
SLACK_S = 0.06  # around a section: its packets begin and end elsewhere, and times are rounded
READ_THROUGH_BYTES = 40 * 1024  # FFmpeg reads over a gap of this length rather than jump
_N_BEFORE = 2  # packets that FFmpeg begins earlier, for what the encoder delayed
_MAX_GUESSES = 3  # then from the beginning of the cluster


@dataclass(frozen=True, slots=True)
class Plan:
    """What was fetched of a section before it is decoded.

    Attributes:
        packets: where those lie, in bytes, that may be decoded; None: all.
    """

    packets: range | None = None


def fetch_head(reader: RangedReader, ext: str, index_end: int | None) -> bytes:
    """The header of a recording, its index, and the first of its sound.

    Args:
        index_end: where the index ends, if the player said so.
    """
    head = b""
    if index_end is None or not 0 < index_end <= MAX_INDEX_BYTES:
        head = reader.fetch(0, HEAD_BYTES)
        index_end = (webm if ext == "webm" else mp4).index_end(head)
    if index_end is not None and index_end <= MAX_INDEX_BYTES:
        head = reader.fetch(0, max(index_end + TAIL_BYTES[ext], len(head)))
    if ext == "m4a" and (moof_bytes := mp4.moof_bytes(head)):
        reader.jump_bytes = int(1.1 * moof_bytes) + 64  # FFmpeg jumps to look at the other tables
    if ext == "webm" and (cluster := webm.first_cluster(head)) is not None:
        # What FFmpeg buffers cannot be changed any more; one block is enough for it to begin with.
        reader.stop_at = webm.first_block_end(head, cluster)
    return head


def fetch_data(
    reader: RangedReader,
    container: av.container.InputContainer,
    head: bytes,
    *,
    ext: str,
    start_s: float,
    length_s: float,
    recording_s: float | None,
) -> Plan | None:
    """Have the bytes of a section ready, or None where their place is not known.

    Args:
        head: what `fetch_head` returned.
        recording_s: as the container says.
    """
    stream = container.streams.audio[0]
    lead_s = pre_roll_s(stream)
    section = _Section(max(0.0, start_s - lead_s), start_s + length_s, is_first=start_s <= lead_s)
    if ext == "webm":
        return _fetch_webm(reader, container, stream, head, section, recording_s)
    return _fetch_mp4(reader, container, stream, head, section)


@dataclass(frozen=True, slots=True)
class _Section:
    """From where to where to decode, in s; `is_first`: from the beginning of the recording."""

    start_s: float
    end_s: float
    is_first: bool


def _fetch_webm(
    reader: RangedReader,
    container: av.container.InputContainer,
    stream: av.AudioStream,
    head: bytes,
    section: _Section,
    recording_s: float | None,
) -> Plan | None:
    if stream.codec_context.name not in ("opus", "libopus") or recording_s is None:
        return None
    if stream.time_base.numerator * 1000 != stream.time_base.denominator:
        return None
    n_buffered = reader.tell()
    if not section.is_first:
        # Cues at the end of a recording are only read when somebody seeks; no sound is read yet.
        container.seek(round(section.start_s * 1000), stream=stream, backward=True)
    positions, times_ms = _cues(stream)
    if section.is_first and not len(positions):
        positions, times_ms = np.array([len(head)]), np.array([0])
    if not len(positions) or positions[-1] >= reader.n_bytes:
        return None
    points = np.append(positions, reader.n_bytes), np.append(times_ms, recording_s * 1000)
    _, end = _guess(points, (section.end_s + SLACK_S) * 1000)
    latest_ms = section.start_s * 1000 - 1
    cue = int(np.searchsorted(times_ms, latest_ms, side="right")) - 1
    if section.is_first or cue < 0:
        return _plan(_fetch(reader, len(head), end))
    cluster, cluster_ms = int(positions[cue]), int(times_ms[cue])
    following = int(positions[cue + 1]) if cue + 1 < len(positions) else None
    stop = cluster
    if cluster == webm.first_cluster(head):
        stop = reader.stop_at or len(head)  # what FFmpeg has read already stays as it is
    if stop < n_buffered:
        stop = len(head)
    first, _ = _guess(points, latest_ms - SLACK_S * 1000)
    for n_left in reversed(range(_MAX_GUESSES)):
        if first < max(stop + webm.MIN_COVER_BYTES, len(head)) or not n_left:
            return _plan(_fetch(reader, max(cluster, stop), end))
        data = _fetch(reader, first, end)
        if data is None:
            return None
        chain = webm.find_chain(data, first=first, cluster_ms=cluster_ms, cluster_end=following)
        if chain is None or chain.position - stop > MAX_BYTES:
            return None
        if chain.time_ms <= latest_ms and chain.position - stop >= webm.MIN_COVER_BYTES:
            break
        known = np.append(cluster, chain.position), np.append(cluster_ms, chain.time_ms)
        first, _ = _guess(known, latest_ms - 4 * SLACK_S * 1000)
    if not _agrees(reader, data[(following or 0) - first :], chain, cluster, cluster_ms):
        return None
    if stop == cluster:
        cover = webm.cluster_until(
            chain.position, cluster=cluster, time_ms=cluster_ms, cluster_end=following
        )
    else:
        cover = webm.void(chain.position - stop)
    reader.cover(stop, cover)
    return Plan(range(chain.position, reader.n_bytes))


def _agrees(
    reader: RangedReader, rest: bytes, chain: webm.Chain, cluster: int, cluster_ms: int
) -> bool:
    """Whether the index was right about a cluster's time: by the next one's, or by its own."""
    if chain.is_closed and len(rest) >= webm.CLUSTER_HEAD_BYTES:
        next_ms = webm.cluster_time_ms(rest)
        return next_ms is not None and abs(next_ms - chain.end_ms) <= 2
    own = reader.fetch(cluster, cluster + webm.CLUSTER_HEAD_BYTES)
    return webm.cluster_time_ms(own) == cluster_ms


def _cues(stream: av.AudioStream) -> tuple[np.ndarray, np.ndarray]:
    """Positions in bytes (n,) of clusters and their times in ms (n,), both rising."""
    times = {}
    for entry in stream.index_entries:
        if entry.timestamp >= 0:  # with the codec's delay taken off, the first is below
            times[entry.pos] = min(entry.timestamp, times.get(entry.pos, entry.timestamp))
    positions = np.array(sorted(times), np.int64)
    times_ms = np.array([times[position] for position in positions.tolist()], np.int64)
    if (np.diff(times_ms) <= 0).any():
        return positions[:0], times_ms[:0]
    return positions, times_ms


def _fetch_mp4(
    reader: RangedReader,
    container: av.container.InputContainer,
    stream: av.AudioStream,
    head: bytes,
    section: _Section,
) -> Plan | None:
    index, moof_bytes = mp4.fragments(head), mp4.moof_bytes(head)
    if not section.is_first:
        # FFmpeg reads the table of the fragment that it seeks, and so knows each of its packets.
        offset = int(section.start_s / stream.time_base)
        container.seek(offset, stream=stream, backward=True)
    entries = stream.index_entries
    if not len(entries):
        return None
    first, last = (
        max(0, entries.search_timestamp(int(second / stream.time_base), backward=True))
        for second in (section.start_s, section.end_s + SLACK_S)
    )
    for _ in range(_N_BEFORE):
        before = entries[max(0, first - 1)]
        if before.pos + before.size == entries[first].pos:
            first -= 1
    start, entry = entries[first].pos, entries[last]
    end = entry.pos + entry.size
    ends_s = float(entry.timestamp * stream.time_base)
    if index is not None and ends_s < section.end_s:
        points = index.positions, index.times_s
        _, guess = _guess(points, section.end_s + SLACK_S)
        # A fragment begins with its table, which has no time.
        end = max(end, guess + moof_bytes)
    held = reader.tell()
    if held <= start < held + READ_THROUGH_BYTES:
        start = held
    data = _fetch(reader, start, end)
    if moof_bytes and index is None:
        return None  # FFmpeg has looked for the fragments, one by one
    return _plan(data)


def _guess(points: tuple[np.ndarray, np.ndarray], time: float) -> tuple[int, int]:
    """Bytes before and behind which a time surely, or so it is hoped, lies.

    Args:
        points: positions and times, both (n,), where something is known.
    """
    positions, times = points
    place = float(np.interp(time, times, positions))
    here = int(np.searchsorted(positions, place, side="right")) - 1
    floor, ceiling = int(positions[here]), int(positions[min(here + 1, len(positions) - 1)])
    way = min(place - floor, ceiling - place)
    wrong = MARGIN * way + NEAR_MARGIN * min(way, NEAR_BYTES) + SLACK_BYTES
    return max(floor, int(place - wrong)), int(place + wrong)


def _fetch(reader: RangedReader, first: int, end: int) -> bytes | None:
    """A range, or None where it is longer than any such section."""
    is_sane = 0 <= first < end <= first + DATA_SHARE * reader.max_bytes
    return reader.fetch(first, end) if is_sane else None


def _plan(data: bytes | None) -> Plan | None:
    """To decode whatever FFmpeg reads, if there is something that it need not look for."""
    return None if data is None else Plan()
