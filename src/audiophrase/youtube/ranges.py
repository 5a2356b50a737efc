"""A recording on a server, read by ranges: as a file, and a range at a time by whoever knows more."""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from yt_dlp.networking import Request

from audiophrase.youtube.opener import MEDIA_HOSTS, check_address

JUMP_BYTES = 8 * 1024  # what is asked for where a reader jumps to; it may only want to look
RANGE_BYTES = 64 * 1024  # and at most where it reads on
PIECE_BYTES = 1 << 20  # and of what is asked for at once: an answer has its own bounds
MAX_BYTES = 4 << 20  # for one section, or where it is long
MAX_BYTES_PER_S = 128 * 1024  # for each of its seconds; Opus takes 20 kB, FLAC up to 120
MAX_MEDIA_BYTES = 8 << 30  # whole recordings
_CONTENT_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")


class MediaError(Exception):
    """A server of media that does not keep its word."""


class RangedReader:
    """A recording on a server as a file that can be read and sought in, but not written.

    Attributes:
        n_read: bytes transferred so far.
        n_requests: ranges asked for so far.
        failure: what went wrong, after which there is nothing more to read. FFmpeg takes that for
            the end of the file: whoever reads through it has to look here.
        max_bytes: that may be transferred.
        jump_bytes: what is asked for where a jump leads to bytes that are not held.
        stop_at: a position that no single read goes beyond, so that FFmpeg buffers nothing behind
            it until it gets there.
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
            seconds: for all ranges together; `allow` gives long sections more.
        """
        self._urlopen, self._url, self._headers = urlopen, url, dict(headers)
        self._position = 0
        self._ends = time.monotonic() + seconds
        self._pieces: list[tuple[int, bytes]] = []  # they do not overlap
        self._cover: tuple[int, bytes] | None = None
        self._last_asked: tuple[int, int] = (-1, 0)  # where it ended, and how long it was
        self.n_bytes = n_bytes
        self.n_read = self.n_requests = 0
        self.max_bytes = MAX_BYTES
        self.failure: Exception | None = None
        self.jump_bytes = JUMP_BYTES
        self.stop_at: int | None = None

    def allow(self, length_s: float) -> None:
        """Bytes and time for a section: what is long may take long, as long as it sounds."""
        self.max_bytes = max(MAX_BYTES, round(length_s * MAX_BYTES_PER_S))
        self._ends += length_s

    def read(self, n: int = -1) -> bytes:
        """Up to n bytes, at least one; none at the end, or once something went wrong."""
        if self.failure is not None or n == 0:
            return b""
        if self.n_bytes is not None and self._position >= self.n_bytes:
            return b""
        if self._at(self._position) is None:
            ended, length = self._last_asked
            length = min(2 * length, RANGE_BYTES) if ended == self._position else self.jump_bytes
            try:
                self._ask(self._position, self._position + length)
            except Exception:  # noqa: BLE001 – kept, and raised by whoever reads through FFmpeg
                return b""
        start, content, end = self._at(self._position)
        if self.stop_at is not None and self._position < self.stop_at:
            end = min(end, self.stop_at)
        end = end if n < 0 else min(end, self._position + n)
        piece = content[self._position - start : end - start]
        self._position = end
        return piece

    def fetch(self, first: int, end: int) -> bytes:
        """The bytes from `first` up to `end`, or to the end of the recording if that comes before.

        What lies between those that are not held yet is asked for at once.

        Raises:
            Exception: as the network or the server failed; `failure` is the same.
        """
        if self.n_bytes is not None:
            end = min(end, self.n_bytes)
        missing_first, missing_end = first, end
        for start, content in sorted(self._pieces):
            if start <= missing_first < start + len(content):
                missing_first = start + len(content)
        for start, content in sorted(self._pieces, reverse=True):
            if start < missing_end <= start + len(content):
                missing_end = start
        if missing_first < missing_end:
            self._ask(missing_first, missing_end)
            self._last_asked = missing_end, JUMP_BYTES // 2  # little should be lacking behind it
        pieces, position = [], first
        for start, content in sorted(self._pieces):
            if start <= position < start + len(content):
                pieces.append(content[position - start : end - start])
                position += len(pieces[-1])
        return b"".join(pieces)

    def cover(self, first: int, content: bytes) -> None:
        """Let FFmpeg read this in place of what lies there, until it is uncovered."""
        self._cover = (first, content)

    @property
    def is_covered(self) -> bool:
        """Whether FFmpeg reads something that the server did not send."""
        return self._cover is not None

    def uncover(self) -> None:
        """Show what lies there, from the beginning."""
        self._cover, self.stop_at, self._position = None, None, 0

    def seek(self, offset: int, whence: int = 0) -> int:
        """As of a file; the length is asked for where it is not known."""
        if whence == 2 and self.n_bytes is None:
            self._position = 0
            self.read(1)
        base = (0, self._position, self.n_bytes or 0)[whence]
        self._position = max(0, base + offset)
        return self._position

    def tell(self) -> int:
        """The position in bytes."""
        return self._position

    def seekable(self) -> bool:
        """Always."""
        return True

    def _at(self, position: int) -> tuple[int, bytes, int] | None:
        """Start and content of what covers a position, and how far it may be read."""
        covers = [] if self._cover is None else [self._cover]
        for start, content in [*covers, *self._pieces]:
            if start <= position < start + len(content):
                end = start + len(content)
                later = [first for first, _ in covers if first > position]
                return start, content, min([end, *later])
        return None

    def _ask(self, first: int, end: int) -> None:
        """Hold the bytes of a range: up to `end`, to what is held behind, or to the last one."""
        if self.failure is not None:
            raise self.failure
        end = min([end, *(start for start, _ in self._pieces if start > first)])
        length = end - first
        try:
            if self.n_read + length > self.max_bytes:
                raise MediaError(f"a section should not need more than {self.max_bytes} bytes")
            while first < end and first != self.n_bytes:
                content = self._answer(first, min(end, first + PIECE_BYTES))
                self._pieces = _joined([*self._pieces, (first, content)])
                first += len(content)
        except Exception as error:
            self.failure = error
            raise
        self._last_asked = first, length

    def _answer(self, first: int, end: int) -> bytes:
        """The bytes of one range, exactly those."""
        if time.monotonic() > self._ends:
            raise MediaError(f"the section took too long: {self.n_read} bytes came in time")
        last = (end if self.n_bytes is None else min(end, self.n_bytes)) - 1
        asked = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}
        self.n_requests += 1
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
        sent_first, sent_last, total = map(int, match.groups())
        if self.n_bytes is None:
            self.n_bytes, last = total, min(last, total - 1)
        if total != self.n_bytes or total > MAX_MEDIA_BYTES:
            raise MediaError(f"a recording of {total} bytes, but {self.n_bytes} were announced")
        if (sent_first, sent_last) != (first, last):
            raise MediaError(f"asked for bytes {first}-{last}, got {sent_first}-{sent_last}")
        length = response.headers.get("Content-Length")
        if length is not None and length != str(last - first + 1):
            raise MediaError(f"Content-Length {length[:20]} for {last - first + 1} bytes")
        return last - first + 1


def _joined(pieces: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """Pieces that do not overlap, those that touch made one."""
    joined: list[tuple[int, bytes]] = []
    for start, content in sorted(pieces):
        if joined and joined[-1][0] + len(joined[-1][1]) == start:
            start, content = joined[-1][0], joined.pop()[1] + content
        joined.append((start, content))
    return joined
