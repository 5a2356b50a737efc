"""Ranges of bytes without a network, and cuts made of them beside the same cuts of a whole decode."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np

from audiophrase.clips.section import read_section
from audiophrase.youtube.ranges import RangedReader
from audiophrase.youtube.section import Cut, read_cut
from fakeyoutube.layouts import LAYOUTS, TEN_HOURS, AsFile, layout
from fakeyoutube.sounds import LENGTHS_S, index_range

LEAD_S = 20  # decoded before a cut out of ten hours, which nobody wants to decode as a whole


class Opener:
    """Answers ranges out of bytes, without a network."""

    def __init__(self, content: Sequence) -> None:
        self.content, self.n_asked = content, 0

    def __call__(self, request):
        self.n_asked += 1
        first, last = map(int, request.headers["Range"].removeprefix("bytes=").split("-"))
        return Answer(self.content[first : last + 1], first, len(self.content))


class Answer:
    """As much of yt-dlp's answers as a reader looks at."""

    status, url = 206, "https://r1.googlevideo.com/videoplayback"

    def __init__(self, content: bytes, first: int, total: int) -> None:
        self.content = content
        self.headers = {"Content-Range": f"bytes {first}-{first + len(content) - 1}/{total}"}

    def read(self, n: int) -> bytes:
        """Up to n bytes."""
        piece, self.content = self.content[:n], self.content[n:]
        return piece

    def close(self) -> None:
        """Nothing to let go."""


def reader_of(content: Sequence, n_bytes: int | None = None) -> RangedReader:
    """A reader of bytes."""
    return RangedReader(Opener(content), Answer.url, headers={}, n_bytes=n_bytes, seconds=60)


@dataclass
class Made:
    """What a cut took, and whether it has the samples of a whole decode."""

    start_s: float
    n_read: int
    n_requests: int
    n_packet_bytes: int
    read_by: str
    is_same: bool


@dataclass
class Recording:
    """A layout to make cuts of."""

    name: str
    content: Sequence
    length_s: float
    index_end: int | None = field(default=None)

    @classmethod
    def of_layout(cls, folder: Path, name: str) -> "Recording":
        """With the index's end where a player of YouTube would state it."""
        content = layout(folder, name)
        with av.open(AsFile(content)) as container:
            length_s = container.duration / 1e6 if TEN_HOURS in name else LENGTHS_S["long"]
        stated = name.startswith("webm") or "with sidx" in name
        if not stated or "behind" in name:
            return cls(name, content, length_s)
        return cls(name, content, length_s, index_range(content[: 1 << 20])[1] + 1)

    @property
    def ext(self) -> str:
        """The container."""
        return LAYOUTS[self.name].kind.suffix[1:]

    @functools.cached_property
    def whole(self) -> tuple[np.ndarray, int]:
        """The samples of all, decoded at once, and their rate in Hz."""
        with av.open(AsFile(self.content)) as container:
            return read_section(container, start_s=0, length_s=self.length_s + 1)

    @functools.cached_property
    def packets(self) -> np.ndarray:
        """Start in s and length in bytes of each packet, (n, 2)."""
        with av.open(AsFile(self.content)) as container:
            stream = container.streams.audio[0]
            packets = [p for p in container.demux(stream) if p.pts is not None]
            return np.array([(float(p.pts * p.time_base), p.size) for p in packets])

    def cut(self, start_s: float, length_s: float = 10.0, **changed) -> tuple[Cut, RangedReader]:
        """A section, and the reader that read it."""
        content = changed.pop("content", self.content)
        reader = reader_of(content, len(content))
        settings = {"index_end": self.index_end, "duration_s": self.length_s, **changed}
        made = read_cut(reader, ext=self.ext, start_s=start_s, length_s=length_s, **settings)
        return made, reader

    def make(self, start_s: float, length_s: float = 10.0) -> Made:
        """A cut beside the same section of a whole decode."""
        cut, reader = self.cut(start_s, length_s)
        samples, rate_hz, packets, shift_s = self._around(start_s, length_s)
        first = round((start_s - shift_s) * rate_hz)
        expected = samples[first : first + round(length_s * rate_hz)]
        inside = (packets[:, 0] >= start_s) & (packets[:, 0] < start_s + length_s)
        return Made(
            start_s,
            reader.n_read,
            reader.n_requests,
            int(packets[inside, 1].sum()),
            cut.read_by,
            cut.samples.shape == expected.shape and np.array_equal(cut.samples, expected),
        )

    def _around(self, start_s: float, length_s: float) -> tuple[np.ndarray, int, np.ndarray, float]:
        """Samples, rate, packets, and the time where the samples begin."""
        if TEN_HOURS not in self.name:
            return *self.whole, self.packets, 0.0
        shift_s = max(0.0, start_s - LEAD_S)
        with av.open(AsFile(self.content)) as container:
            samples, rate_hz = read_section(
                container, start_s=shift_s, length_s=start_s - shift_s + length_s
            )
            stream = container.streams.audio[0]
            container.seek(int(shift_s / stream.time_base), stream=stream, backward=True)
            packets = []
            for packet in container.demux(stream):
                packets.append((float(packet.pts * packet.time_base), packet.size))
                if packets[-1][0] > start_s + length_s:
                    break
        return samples, rate_hz, np.array(packets), shift_s


def random_starts(length_s: float, n: int, rng: np.random.Generator) -> list[float]:
    """Half of them multiples of ten seconds, as most clips' are; the others anywhere."""
    latest_s = length_s - 10
    tens = 10.0 * rng.integers(0, int(latest_s / 10) + 1, n // 2)
    others = rng.uniform(0, latest_s, n - n // 2).round(3)
    return [*tens.tolist(), *others.tolist()]
