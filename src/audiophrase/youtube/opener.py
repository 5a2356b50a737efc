"""The one way to the network: yt-dlp's own requests, held to a few hosts, sizes and times.

Hosts are checked before each hop of a redirect is asked. Every answer is counted while it is read,
whoever reads it, so that no caller can be made to hold a gigabyte or to wait for a trickle. yt-dlp
names no public place for its handlers; `tests/youtube` says whether a new version still fits.
"""

import email.utils
import math
import time
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
import urllib3
from yt_dlp.networking._requests import RequestsHTTPAdapter, RequestsRH

ASKED_HOSTS = ("youtube.com", "googlevideo.com")
CAPTCHA_HOST = "www.google.com"  # YouTube sends there whom it takes for a robot; asked for the 429
MEDIA_HOSTS = ("googlevideo.com",)
MAX_ANSWER_BYTES = 16 << 20  # ten times the longest page seen
MAX_REDIRECTS = 5
MAX_RETRY_AFTER_S = 86_400.0
RECORDED_PATHS = ("/watch", "/youtubei/v1/player")
_CHUNK_BYTES = 1 << 16


class RefusedError(requests.exceptions.InvalidURL):
    """An address that fetching has no business to ask."""


class BoundError(urllib3.exceptions.ProtocolError):
    """An answer that is too long, or that takes too long."""


def check_address(url: str, hosts: tuple[str, ...]) -> None:
    """Raises RefusedError unless an address is https on one of the hosts or below it."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        raise RefusedError("refused to ask an address that is not one") from None
    known = any(host == name or host.endswith(f".{name}") for name in hosts)
    if parts.scheme != "https" or not known or port not in (None, 443) or "@" in parts.netloc:
        raise RefusedError(
            f"refused to ask {parts.scheme[:16]}://{host[:80]}: not https on {hosts}"
        )


@dataclass(slots=True)
class Exchange:
    """One answer of a page or a player: path, what was asked, and its body as far as it was read."""

    path: str
    asked: bytes
    body: bytearray = field(default_factory=bytearray)


@dataclass(slots=True)
class Journal:
    """What went over the wire while one video was looked up or read, as the opener saw it."""

    warnings: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    retry_after_s: float | None = None

    def clear(self) -> None:
        """Forget the video before."""
        self.warnings.clear()
        self.statuses.clear()
        self.exchanges.clear()
        self.retry_after_s = None

    def note(
        self, request: requests.PreparedRequest, response: requests.Response
    ) -> Exchange | None:
        """Keep the status of an answer; where its body is evidence, the place to keep that."""
        self.statuses.append(response.status_code)
        asked_s = parse_retry_after(response.headers.get("Retry-After"))
        if asked_s is not None:
            self.retry_after_s = max(asked_s, self.retry_after_s or 0.0)
        path = urlsplit(request.url).path
        if path not in RECORDED_PATHS:
            return None
        asked = request.body or b""
        self.exchanges.append(Exchange(path, asked.encode() if isinstance(asked, str) else asked))
        return self.exchanges[-1]


def parse_retry_after(value: str | None) -> float | None:
    """Seconds of a Retry-After header, which holds seconds or a date."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = email.utils.parsedate_to_datetime(value).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return min(max(seconds, 0.0), MAX_RETRY_AFTER_S) if not math.isnan(seconds) else None


class BoundedBody:
    """The body of an answer, as urllib3 reads it, up to a number of bytes and a moment."""

    def __init__(
        self, raw: urllib3.BaseHTTPResponse, *, ends: float, exchange: Exchange | None
    ) -> None:
        self._raw, self._ends, self._exchange, self._n_read = raw, ends, exchange, 0

    def __getattr__(self, name: str):
        return getattr(self._raw, name)

    def read(self, amt=None, decode_content=None, cache_content=False) -> bytes:
        """Up to `amt` bytes, or all: what arrives is looked at as it comes."""
        pieces, n_wanted = [], amt
        while n_wanted is None or n_wanted > 0:
            n_asked = _CHUNK_BYTES if n_wanted is None else min(n_wanted, _CHUNK_BYTES)
            piece = self._raw.read1(n_asked, decode_content=decode_content)
            if not piece:
                break
            self._n_read += len(piece)
            if self._n_read > MAX_ANSWER_BYTES:
                self._raw.close()
                raise BoundError(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
            if time.monotonic() > self._ends:
                self._raw.close()
                raise BoundError(f"the answer took too long: {self._n_read} bytes came in time")
            pieces.append(piece)
            n_wanted = None if n_wanted is None else n_wanted - len(piece)
        data = b"".join(pieces)
        if self._exchange is not None:
            self._exchange.body += data
        return data

    def stream(self, amt=_CHUNK_BYTES, decode_content=None):
        """Pieces of the body, as `requests` reads what it throws away."""
        while data := self.read(amt, decode_content=decode_content):
            yield data


class GuardedAdapter(RequestsHTTPAdapter):
    """Checks each address and bounds each answer; redirects pass here hop by hop."""

    def __init__(self, *, journal: Journal, answer_s: float, **kwargs) -> None:
        self._journal, self._answer_s = journal, answer_s
        super().__init__(**kwargs)

    def proxy_manager_for(self, proxy, **kwargs):
        # urllib3 holds small packets back where there is a proxy, which then waits for them: 40 ms
        # for each question to a player, whose body is sent behind its headers.
        options = urllib3.connection.HTTPConnection.default_socket_options
        return super().proxy_manager_for(proxy, socket_options=options, **kwargs)

    def send(self, request, *args, **kwargs):
        check_address(request.url, (*ASKED_HOSTS, CAPTCHA_HOST))
        ends = time.monotonic() + self._answer_s
        response = super().send(request, *args, **kwargs)
        exchange = self._journal.note(request, response)
        response.raw = BoundedBody(response.raw, ends=ends, exchange=exchange)
        return response


class GuardedRH(RequestsRH):
    """yt-dlp's handler for `requests`, with https alone and with guarded adapters."""

    _SUPPORTED_URL_SCHEMES = ("https",)
    journal: Journal
    answer_s: float

    def _create_instance(self, cookiejar, legacy_ssl_support=None):
        session = super()._create_instance(cookiejar, legacy_ssl_support)
        for adapter in session.adapters.values():
            adapter.close()
        session.adapters.clear()
        session.max_redirects = MAX_REDIRECTS
        adapter = GuardedAdapter(
            journal=self.journal,
            answer_s=self.answer_s,
            ssl_context=self._make_sslcontext(legacy_ssl_support=legacy_ssl_support),
            source_address=self.source_address,
            max_retries=urllib3.Retry(False),
        )
        session.mount("https://", adapter)
        return session
