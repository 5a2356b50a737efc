"""A section of audio on a server, read by ranges: its own packets and little more."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import av
import numpy as np
from yt_dlp.networking import Request

from audiophrase.clips.section import NoAudioError, declared_duration_s, read_section
from audiophrase.youtube.opener import MEDIA_HOSTS, check_address

RANGE_BYTES = 64 * 1024
MAX_BYTES = 4 << 20  # for one section; ten seconds are 0.3 MB
MAX_MEDIA_BYTES = 8 << 30  # whole recordings
MAX_LEAD_S = 30.0  # the longest distance of two points that FFmpeg can seek to
# How far the end of the audio may lie from where its container says, in s.
END_TOLERANCE_S = 0.5
ROUNDED_S = 1.0  # players state the length of a video in whole seconds
# FFmpeg is told which container to expect: left to guess, it would follow the addresses of a playlist.
CONTAINERS = {"webm": "matroska", "m4a": "mp4"}
_OPTIONS = {"max_streams": "8", "probesize": str(4 * RANGE_BYTES)}
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")


class MediaError(Exception):
    """A server of media that does not keep its word."""


class RangedReader:
    """A recording on a server as a file that can be read and sought in, but not written.

    Attributes:
        n_read: bytes transferred so far.
        failure: what went wrong, after which there is nothing more to read. FFmpeg takes that for
            the end of the file: whoever reads through it has to look here.
    """

    def __init__(
        self,
        urlopen: Callable[[Request], Any],
        url: str,
        *,
        headers: Mapping[str, str],
        n_bytes: int | None,
        seconds: float,
    ) -> None:
        """Nothing is asked yet.

        Args:
            urlopen: yt-dlp's own, so that TLS, time-outs and status codes are its.
            n_bytes: how long the recording is, as the player says.
            seconds: for all ranges together.
        """
        self._urlopen, self._url, self._headers = urlopen, url, dict(headers)
        self._n_bytes, self._position = n_bytes, 0
        self._ends = time.monotonic() + seconds
        self._blocks: dict[int, bytes] = {}
        self.n_read = 0
        self.failure: Exception | None = None

    def read(self, n: int = -1) -> bytes:
        """Up to n bytes; none at the end, or once something went wrong."""
        if self.failure is not None:
            return b""
        block, offset = divmod(self._position, RANGE_BYTES)
        if self._n_bytes is not None and self._position >= self._n_bytes:
            return b""
        if block not in self._blocks:
            try:
                self._blocks[block] = self._ask(block * RANGE_BYTES)
            except Exception as error:  # noqa: BLE001 – raised again by whoever reads through FFmpeg
                self.failure = error
                return b""
        piece = self._blocks[block][offset:] if n < 0 else self._blocks[block][offset : offset + n]
        self._position += len(piece)
        return piece

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of a file; the length is asked for where it is not known."""
        if whence == 2 and self._n_bytes is None:
            self.read(0)
        base = (0, self._position, self._n_bytes or 0)[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def seekable(self) -> bool:
        """Always."""
        return True

    def _ask(self, first: int) -> bytes:
        """The bytes of one range, exactly those."""
        if self.n_read + RANGE_BYTES > MAX_BYTES:
            raise MediaError(f"a section should not need more than {MAX_BYTES} bytes")
        if time.monotonic() > self._ends:
            raise MediaError(f"the section took too long: {self.n_read} bytes came in time")
        end = first + RANGE_BYTES
        last = (end if self._n_bytes is None else min(end, self._n_bytes)) - 1
        asked = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        response = self._urlopen(Request(self._url, headers={**self._headers, **asked}))
        try:
            n_expected = self._check(response, first, last)
            content = response.read(n_expected)
            if len(content) < n_expected or response.read(1):
                raise MediaError(f"not the {n_expected} bytes that were announced")
        finally:
            response.close()
        self.n_read += len(content)
        self._url = response.url  # where a redirect led to, the next range is asked for at once
        return content

    def _check(self, response: Any, first: int, last: int) -> int:
        """How many bytes an answer is going to hold."""
        check_address(response.url, MEDIA_HOSTS)
        if response.status != 206:
            raise MediaError(f"HTTP status {response.status} where a range was asked for")
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise MediaError("the range is compressed")
        stated = response.headers.get("Content-Range", "")
        match = _CONTENT_RANGE.fullmatch(stated)
        if match is None:
            raise MediaError(f"no Content-Range: {stated[:80]!r}")
        found_first, found_last, total = map(int, match.groups())
        if self._n_bytes is None:
            self._n_bytes, last = total, min(last, total - 1)
        if total != self._n_bytes or total > MAX_MEDIA_BYTES:
            raise MediaError(f"a recording of {total} bytes, but {self._n_bytes} were announced")
        if (found_first, found_last) != (first, last):
            raise MediaError(f"asked for bytes {first}-{last}, got {found_first}-{found_last}")
        length = response.headers.get("Content-Length")
        if length is not None and length != str(last - first + 1):
            raise MediaError(f"Content-Length {length[:20]} for {last - first + 1} bytes")
        return last - first + 1


def read_cut(
    reader: RangedReader, *, ext: str, start_s: float, length_s: float, duration_s: float | None
) -> tuple[np.ndarray, int, float | None]:
    """Mono samples (n_samples,), rate in Hz, and the length of the recording in s.

    Args:
        ext: the container, `webm` or `m4a`.
        duration_s: of the video, as the player says.

    Raises:
        MediaError: the audio ends before its own container says.
        NoAudioError, av.error.FFmpegError: it is not audio, or cannot be decoded.
    """
    if ext not in CONTAINERS:
        raise MediaError(f"a container that was not asked for: {ext[:20]}")
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
            return np.zeros(0, np.float32), container.streams.audio[0].rate, recording_s
        samples, rate_hz = read_section(
            container, start_s=start_s, length_s=length_s, max_lead_s=MAX_LEAD_S
        )
    if reader.failure is not None:
        raise reader.failure
    if not rate_hz:
        raise NoAudioError("no frame of it decodes")
    ends_s = start_s + len(samples) / rate_hz
    is_short = len(samples) < round(length_s * rate_hz)
    if is_short and (recording_s is None or ends_s < recording_s - END_TOLERANCE_S):
        raise MediaError(f"the audio ends at {ends_s:.3f} s of {recording_s} s")
    return samples, rate_hz, recording_s


def _refuse_to_open(url: str, flags: int, options: dict) -> None:
    raise MediaError("the container refers to another file")
