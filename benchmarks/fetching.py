"""Clips per second and bytes per clip: the client in-process against one yt-dlp process per clip.

Both ask the same server on loopback (tests/fakeyoutube, in a process of its own), in the same run,
as many at a time. The reference is `yt-dlp --format … WATCH_URL`: it downloads the whole audio format
and cuts nothing, which only flatters it. Nothing is compared with a time that was.

Then, without a server, many cuts out of each way in which the bytes of a recording can lie, beside the
same cuts of a whole decode: bytes, requests, and whether the samples are the same.

Usage: python benchmarks/fetching.py [--clips 12] [--rounds 5] [--at-a-time 2] [--rate 0]
    [--cuts 200]
"""

import argparse
import os
import queue
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import numpy as np
from comparison import Row, compare, publish

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakeyoutube import RemoteFake
from fakeyoutube.in_process import Recording, random_starts
from fakeyoutube.layouts import LAYOUTS, TEN_HOURS
from fakeyoutube.sounds import LENGTHS_S, recording

from audiophrase.youtube.client import Client, Fetched

CLIP_S = 10
MOST_BYTES = 1.3  # times the packets of the ten seconds themselves


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=12, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--at-a-time", type=int, default=2, help="default: %(default)s")
    parser.add_argument(
        "--rate", type=float, default=0, help="bytes a second of the server; default: no limit"
    )
    parser.add_argument(
        "--cuts", type=int, default=200, help="of each layout; default: %(default)s"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="audiophrase-bench-") as name:
        folder = Path(name)
        with RemoteFake(media=folder / "media", state=folder / "state.json") as fake:
            os.environ.update(fake.environment)
            fake.configure(rate_bytes_s=arguments.rate)
            rows = run(fake, folder, arguments.clips, arguments.at_a_time, arguments.rounds)
        publish([*rows, *(cuts(folder, name, arguments.cuts) for name in LAYOUTS)])


def cuts(folder: Path, name: str, n_cuts: int) -> Row:
    """Bytes of many cuts of one layout; half of them begin at multiples of ten seconds."""
    recording = Recording.of_layout(folder / "layouts", name)
    starts = random_starts(recording.length_s, n_cuts, np.random.default_rng(0))
    made = [recording.make(start_s) for start_s in starts]
    requests = np.array([cut.n_requests for cut in made])
    n_same, n_sought = (
        sum(cut.is_same for cut in made),
        sum(cut.read_by == "seek" for cut in made),
    )
    return compare(
        f"bytes of a clip, {name}",
        [np.mean([cut.n_packet_bytes for cut in made])],
        [np.mean([cut.n_read for cut in made])],
        goal=None if TEN_HOURS in name or "without sidx" in name else round(1 / MOST_BYTES, 2),
        remark=f"requests {requests.mean():.2f} ({(requests <= 3).mean():.0%} at most 3), "
        f"{n_same} of {n_cuts} as in a whole decode, {n_sought} by seeking",
        show=lambda n: f"{n / 1000:,.1f} kB",
    )


def run(fake: RemoteFake, folder: Path, n_clips: int, at_a_time: int, n_rounds: int) -> list[Row]:
    """In-process beside a process a clip, in the same run."""
    latest_s = int(LENGTHS_S["long"]) - CLIP_S
    starts = np.random.default_rng(0).integers(0, latest_s, n_clips).tolist()
    clips = [(f"bench_{i:05d}", start) for i, start in enumerate(starts)]
    ours, plain = [], []
    for _ in range(n_rounds):
        ours.append(measure(fake, clips, lambda: in_process(clips, at_a_time)))
        plain.append(measure(fake, clips, lambda: processes(clips, at_a_time, folder)))
    packets = np.mean([own_packets(folder / "media", start) for start in starts])
    (seconds, n_bytes), (plain_seconds, plain_bytes) = (
        zip(*ours, strict=True),
        zip(*plain, strict=True),
    )
    each = f"{CLIP_S} s out of {LENGTHS_S['long']:.0f} s, {at_a_time} at a time"
    return [
        compare(
            f"a clip from YouTube on loopback ({each})",
            plain_seconds,
            seconds,
            goal=6,
            remark=f"a yt-dlp process per clip; {n_rounds} rounds of {len(clips)} clips in turn",
        ),
        compare(
            "bytes of a clip, the reference being its own packets",
            [packets] * n_rounds,
            n_bytes,
            goal=round(1 / MOST_BYTES, 2),
            remark=f"yt-dlp fetches {plain_bytes[0] / 1000:,.0f} kB",
            show=lambda n: f"{n / 1000:,.0f} kB",
        ),
    ]


def measure(fake: RemoteFake, clips: list[tuple[str, int]], work: Callable[[], None]):
    """Seconds, and bytes of media sent, per clip."""
    fake.reset()
    began = time.monotonic()
    work()
    seconds = time.monotonic() - began
    counts = fake.state()["counts"]
    return seconds / len(clips), np.mean([counts[video]["bytes"] for video, _ in clips])


def in_process(clips: list[tuple[str, int]], at_a_time: int) -> None:
    """A pool of threads with a client each, which the next clip takes when it is free."""
    clients: queue.SimpleQueue[Client] = queue.SimpleQueue()
    for _ in range(at_a_time):
        clients.put(Client(timeout_s=30))

    def fetch(clip: tuple[str, int]) -> None:
        client = clients.get()
        video = client.resolve(clip[0])
        cut = client.fetch(video, clip[1], clip[1] + CLIP_S)
        assert isinstance(cut, Fetched), cut
        assert len(cut.samples) == CLIP_S * cut.sample_rate_hz
        clients.put(client)

    with ThreadPoolExecutor(at_a_time) as pool:
        list(pool.map(fetch, clips))
    while not clients.empty():
        clients.get().close()


def processes(clips: list[tuple[str, int]], at_a_time: int, folder: Path) -> None:
    """The reference: nothing is shared between clips."""
    command = [sys.executable, "-m", "yt_dlp", "--ignore-config", "--quiet", "--no-warnings"]
    command += ["--compat-options", "no-certifi", "--format", "251"]

    def fetch(clip: tuple[str, int]) -> None:
        path = folder / f"{clip[0]}.webm"
        address = f"https://www.youtube.com/watch?v={clip[0]}"
        subprocess.run([*command, "--output", str(path), address], check=True)
        assert path.stat().st_size
        path.unlink()

    with ThreadPoolExecutor(at_a_time) as pool:
        list(pool.map(fetch, clips))


def own_packets(media: Path, start_s: float) -> int:
    """Bytes of the packets of a clip alone."""
    with av.open(str(recording(media, "long", 251))) as container:
        stream = container.streams.audio[0]
        packets = [p for p in container.demux(stream) if p.pts is not None]
        seconds = [float(packet.pts * packet.time_base) for packet in packets]
        inside = [start_s <= second < start_s + CLIP_S for second in seconds]
        return sum(p.size for p, wanted in zip(packets, inside, strict=True) if wanted)


if __name__ == "__main__":
    main()
