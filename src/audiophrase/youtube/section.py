"""A section of audio on a server: its own packets and little more."""

from dataclasses import dataclass

import av
import numpy as np

from audiophrase.clips.section import NoAudioError, declared_duration_s, read_section
from audiophrase.youtube.exact import fetch_data, fetch_head
from audiophrase.youtube.ranges import MediaError, RangedReader

MAX_LEAD_S = 30.0  # the longest distance of two points that FFmpeg can seek to
# How far the end of the audio may lie from where its container says, in s.
END_TOLERANCE_S = 0.5
ROUNDED_S = 1.0  # players state the length of a video in whole seconds
# FFmpeg is told which container to expect: left to guess, it would follow the addresses of a playlist.
CONTAINERS = {"webm": "matroska", "m4a": "mp4"}
_OPTIONS = {"max_streams": "8", "probesize": str(256 * 1024)}


@dataclass(frozen=True, slots=True)
class Cut:
    """A section of a recording.

    Attributes:
        samples: mono, float32 (n_samples,).
        recording_s: how long the whole recording is.
        read_by: `index` where its bytes were known before they were read, `seek` where FFmpeg
            looked for them.
    """

    samples: np.ndarray
    rate_hz: int
    recording_s: float | None
    read_by: str


def read_cut(
    reader: RangedReader,
    *,
    ext: str,
    start_s: float,
    length_s: float,
    duration_s: float | None,
    index_end: int | None = None,
) -> Cut:
    """A section, by its index; where that does not add up, by seeking.

    Args:
        ext: the container, `webm` or `m4a`.
        duration_s: of the video, as the player says.
        index_end: where the recording's index ends, in bytes, as the player says.

    Raises:
        MediaError: the audio ends before its own container says.
        NoAudioError, av.error.FFmpegError: it is not audio, or cannot be decoded.
    """
    if ext not in CONTAINERS:
        raise MediaError(f"a container that was not asked for: {ext[:20]}")
    reader.allow(length_s)
    head = fetch_head(reader, ext, index_end)
    try:
        return _read(reader, head, ext, start_s, length_s, duration_s)
    except (MediaError, NoAudioError, av.error.FFmpegError):
        if reader.failure is not None or not reader.is_covered:
            raise
    reader.uncover()
    return _read(reader, None, ext, start_s, length_s, duration_s)


def _read(
    reader: RangedReader,
    head: bytes | None,
    ext: str,
    start_s: float,
    length_s: float,
    duration_s: float | None,
) -> Cut:
    """As `read_cut`; without a head FFmpeg seeks."""
    with av.open(
        reader,
        format=CONTAINERS[ext],
        options=_OPTIONS,
        io_open=_refuse_to_open,
        metadata_errors="replace",
    ) as container:
        declared_s = declared_duration_s(container)
        recording_s = duration_s if declared_s is None else declared_s
        if duration_s and recording_s < duration_s / 2:
            raise MediaError(f"{recording_s:.1f} s of audio for a video of {duration_s:.1f} s")
        if recording_s is not None and start_s >= recording_s:
            if duration_s is not None and start_s < duration_s - ROUNDED_S:
                raise MediaError(f"the audio ends at {recording_s:.1f} s of {duration_s:.1f} s")
            rate_hz = container.streams.audio[0].rate
            read_by = "seek" if head is None else "index"
            return Cut(np.zeros(0, np.float32), rate_hz, recording_s, read_by)
        plan = None
        if head is not None and reader.failure is None:
            plan = fetch_data(
                reader,
                container,
                head,
                ext=ext,
                start_s=start_s,
                length_s=length_s,
                recording_s=declared_s,
            )
        samples, rate_hz = read_section(
            container,
            start_s=start_s,
            length_s=length_s,
            max_lead_s=MAX_LEAD_S,
            packets=None if plan is None else plan.packets,
        )
    if reader.failure is not None:
        raise reader.failure
    if not rate_hz:
        raise NoAudioError("no frame of it decodes")
    ends_s = start_s + len(samples) / rate_hz
    is_short = len(samples) < round(length_s * rate_hz)
    if is_short and (recording_s is None or ends_s < recording_s - END_TOLERANCE_S):
        raise MediaError(f"the audio ends at {ends_s:.3f} s of {recording_s} s")
    return Cut(samples, rate_hz, recording_s, "seek" if plan is None else "index")


def _refuse_to_open(url: str, flags: int, options: dict) -> None:
    raise MediaError("the container refers to another file")
