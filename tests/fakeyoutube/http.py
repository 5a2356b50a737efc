"""As much of HTTP/1.1 as is needed to answer, and to answer wrongly."""

import asyncio
import functools
import gzip
import json
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

STALL_S = 600.0  # whoever asks has given up long before
SLOW_S = 0.2
TRICKLE_S = 0.05
_PIECE_BYTES = 16 * 1024
GIGABYTE = 1 << 30


class Drop(Exception):
    """Close the connection without another word."""


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """Without host and query."""
        return urlsplit(self.target).path

    def query(self, name: str) -> str:
        """A value of the query, or nothing."""
        return parse_qs(urlsplit(self.target).query).get(name, [""])[0]


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """The next request of a connection, or None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ", 2)
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(method, target, headers, body)


class Pacer:
    """Bytes a second of all connections together; None: as fast as it goes."""

    def __init__(self) -> None:
        self.rate_bytes_s: float | None = None
        self._free_at = 0.0

    async def wait(self, n_bytes: int) -> None:
        """Until so many bytes have had their time on the line."""
        if self.rate_bytes_s is not None:
            now = time.monotonic()
            self._free_at = max(self._free_at, now) + n_bytes / self.rate_bytes_s
            await asyncio.sleep(self._free_at - now)


class Reply:
    """Where an answer goes: counts what it sends.

    Args:
        line: the transport below TLS, which alone knows whether anyone still listens.
    """

    def __init__(self, writer: asyncio.StreamWriter, line: asyncio.Transport, pacer: Pacer) -> None:
        self._writer, self._line, self._pacer = writer, line, pacer
        self.n_sent = 0

    async def head(self, status: int, headers: dict[str, Any]) -> None:
        """The status line and the headers."""
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await self._writer.drain()

    async def body(self, content: bytes) -> None:
        """The content, at the pace of the line."""
        for first in range(0, len(content), _PIECE_BYTES):
            piece = content[first : first + _PIECE_BYTES]
            self.n_sent += len(piece)
            await self._pacer.wait(len(piece))
            await asyncio.sleep(0)  # others want to be answered too
            if self._line.is_closing():
                raise Drop
            self._writer.write(piece)
            await self._writer.drain()

    async def stall(self, beginning: bytes) -> None:
        """The beginning of a body, and then nothing."""
        await self.body(beginning)
        await asyncio.sleep(STALL_S)

    async def send(
        self, content: bytes, status: int = 200, kind: str = "text/html", **headers: Any
    ) -> None:
        """A whole and honest answer."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        await self.head(status, {"Content-Type": kind, "Content-Length": len(content), **named})
        await self.body(content)

    async def send_json(self, value: Any) -> None:
        """A value as JSON."""
        await self.send(json.dumps(value).encode(), kind="application/json")


@functools.cache
def _gzip_bomb() -> bytes:
    return gzip.compress(b" " * (32 << 20), 1) * 16


async def go_wrong(fault: str, request: Request, reply: Reply) -> bool:
    """Answer as a fault demands; False where an honest answer shall follow after all."""
    match fault.split():
        case ["status", code]:
            later = {"Retry_After": "7"} if code in ("429", "503") else {}
            await reply.send(b"<html>no</html>", int(code), **later)
        case ["drop"]:
            raise Drop
        case ["stall"]:
            await reply.head(200, {"Content-Type": "application/json", "Content-Length": 100})
            await reply.stall(b"{")
        case ["slow"]:
            await asyncio.sleep(SLOW_S)
            return False
        case ["html"]:
            await reply.send(b"<!DOCTYPE html><html><body>Something else</body></html>")
        case ["nested"]:
            await reply.send(b"[" * 200_000, kind="application/json")
        case ["gigabyte"]:
            await reply.head(200, {"Content-Type": "text/html", "Content-Length": GIGABYTE})
            for _ in range(GIGABYTE >> 20):
                await reply.body(b" " * (1 << 20))
        case ["trickle"]:
            await reply.head(200, {"Content-Type": "application/json", "Content-Length": 10_000})
            for _ in range(10_000):
                await reply.body(b" ")
                await asyncio.sleep(TRICKLE_S)
        case ["gzip", "bomb"]:
            await reply.send(_gzip_bomb(), kind="application/json", Content_Encoding="gzip")
        case ["redirects"]:
            step = int(request.query("step") or 0) + 1
            # A redirected POST becomes a GET without a body: the address has to name the video.
            kept = request.target.split("&step=")[0]
            if request.body:
                kept += f"&video={json.loads(request.body)['videoId']}"
            await reply.send(b"", 302, Location=f"{kept}&step={step}")
        case ["redirect", "within"]:
            if request.query("moved"):
                return False
            moved = f"https://r2---sn-fake.googlevideo.com{request.target}&moved=1"
            await reply.send(b"", 302, Location=moved)
        case ["redirect", "elsewhere"]:
            await reply.send(b"", 302, Location="https://media.evil.example/videoplayback?id=x")
        case ["captcha", "redirect"]:
            await reply.send(b"", 302, Location="https://www.google.com/sorry/index?continue=x")
        case _:
            raise ValueError(f"no such fault: {fault}")
    return True
