"""Clips per second and bytes per clip: the client in-process against one yt-dlp process per clip.

Both ask the same server on loopback (tests/fakeyoutube, in a process of its own), in the same run,
as many at a time. The reference is `yt-dlp --format … WATCH_URL`: it downloads the whole audio format
and cuts nothing, which only flatters it. Nothing is compared with a
time that was.

Usage: python benchmarks/retrieval.py [--clips 12] [--rounds 5] [--at-a-time 2] [--rate 0]
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
from comparison import compare, publish

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from fakeyoutube import RemoteFake
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
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="audiophrase-bench-") as name:
        folder = Path(name)
        with RemoteFake(media=folder / "media", state=folder / "state.json") as fake:
            os.environ.update(fake.environment)
            fake.configure(rate_bytes_s=arguments.rate)
            run(fake, folder, arguments.clips, arguments.at_a_time, arguments.rounds)


def run(fake: RemoteFake, folder: Path, n_clips: int, at_a_time: int, n_rounds: int) -> None:
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
    publish(
        [
            compare(
                f"a clip from YouTube on loopback ({each})",
                plain_seconds,
                seconds,
                goal=3,
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
    )


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
