"""Ranges of a recording, sent honestly or not."""

import re
from pathlib import Path

import numpy as np

from fakeyoutube.bombs import container_bomb
from fakeyoutube.http import Drop, Reply, Request, go_wrong
from fakeyoutube.scenarios import Scenario
from fakeyoutube.sounds import FORMATS, recording

_PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
# What is done to the content above or below; all else goes wrong as pages do.
_OF_MEDIA = (
    *("container bomb", "noise", "playlist", "halved", "truncated", "total lies"),
    *("length too long", "length too short", "range shifted"),
)


async def send_range(
    request: Request, reply: Reply, scenario: Scenario, *, folder: Path, fault: str | None
) -> None:
    """The bytes that were asked for, or what the fault makes of them."""
    itag, name = int(request.query("itag") or scenario.itags[0]), scenario.recording
    if scenario.offered:
        name = scenario.offered[int(request.query("offered"))].recording
    path = recording(folder, name, itag)
    content, kind = path.read_bytes(), FORMATS[itag].mime_type.split(";")[0]
    if fault == "container bomb":
        # As long as the player said, so that nothing else gives it away.
        content = container_bomb(folder).ljust(len(content), b"\0")[: len(content)]
    elif fault in ("noise", "playlist"):
        noise = np.random.default_rng(3).bytes(len(content))
        content = noise if fault == "noise" else _PLAYLIST.ljust(len(content), b"#")
    elif fault == "halved":
        content = content[: len(content) // 2]
    asked = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("range", "bytes=0-"))
    first, last = int(asked[1]), min(int(asked[2] or len(content)), len(content) - 1)
    if first > last:
        await reply.send(b"", 416, Content_Range=f"bytes */{len(content)}")
        return
    piece, total = content[first : last + 1], len(content)
    length = len(piece)
    match fault:
        case "range ignored":
            await reply.send(content, kind=kind)
            return
        case "range shifted":
            first, last = first + 1, last + 1
        case "length too long":
            length += 1000
        case "length too short":
            length -= 1000
        case "total lies":
            total += 1_000_000
        case "truncated" | "stall" if first == 0:
            pass  # the beginning is sound, so that the container can be opened
        case "truncated":
            await reply.head(206, _headers(kind, first, last, total, length))
            await reply.body(piece[: len(piece) // 2])
            raise Drop
        case "stall":
            await reply.head(206, _headers(kind, first, last, total, length))
            await reply.stall(piece[: len(piece) // 2])
        case str() if fault not in _OF_MEDIA and await go_wrong(fault, request, reply):
            return
    await reply.head(206, _headers(kind, first, last, total, length))
    await reply.body(piece)
    if length != len(piece):
        raise Drop


def _headers(kind: str, first: int, last: int, total: int, length: int) -> dict[str, str | int]:
    return {
        "Content-Type": kind,
        "Content-Length": length,
        "Content-Range": f"bytes {first}-{last}/{total}",
    }
