"""A folder with a data set whose clips come from the fake YouTube."""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import yaml
from fakeyoutube import FakeYoutube

from audiophrase import params, tables
from audiophrase.clip_ids import clip_id
from audiophrase.clips.availability import State
from audiophrase.commands.fetch import fetch
from audiophrase.jobs.youtube_clips import youtube_clips
from audiophrase.parameters.sections import select
from audiophrase.youtube.attempts import read_table
from audiophrase.youtube.history import ClipHistory, fold
from audiophrase.youtube.ledger import read_log

ROOT = Path(__file__).parents[1]
CANARY = "canary_-000"
SHARD = "train-00000"
FAST = {
    "canaries": [CANARY],
    "videos_per_hour": 720_000,
    "backoff_s": 0.01,
    "timeout_s": 2.0,
    "attempts": 2,
    "max_streak": 5,
}


def youtube_id(index: int) -> str:
    """An id with the characters that make trouble, alphabetic order as of the indices."""
    return f"-_id{index:05d}-_"[:11]


class YoutubeProject:
    """A data set in a folder, beside others where there are; the working folder must be that."""

    def __init__(self, folder: Path, fake: FakeYoutube, dataset: str = "yt") -> None:
        self.folder, self.fake, self.dataset = Path(folder), fake, dataset
        self.data = self.folder / "data" / dataset
        self.environment = os.environ | fake.environment

    def set_up(
        self, clips: Sequence[tuple[str, float]], retrieve: Mapping[str, object] | None = None
    ) -> None:
        """Clips of ten seconds: ids and starts in s; and what differs from `FAST`."""
        rows = [
            {
                "clip_id": clip_id(video, start_s, start_s + 10),
                "youtube_id": video,
                "start_s": float(start_s),
                "end_s": float(start_s + 10),
                "split": "train",
                "shard": SHARD,
                "filename": f"{video}_{start_s}_{start_s + 10}.wav",
            }
            for video, start_s in clips
        ]
        tables.write(
            self.data / "annotations/clips.parquet",
            pa.Table.from_pylist(rows),
            stage="annotations.clips",
            settings={"shards": {"train": 1, "val": 1, "test": 1}},
        )
        path = self.folder / "params.yaml"
        document = yaml.safe_load((path if path.exists() else ROOT / "params.yaml").read_text())
        document["datasets"][self.dataset] = {
            "title": "Clips of the fake YouTube",
            "clips": "youtube",
            "shards": {"train": 1, "val": 1, "test": 1},
            "annotations": {"files": {"train": "a.json", "val": "b.json", "test": "c.json"}},
            "retrieve": FAST | dict(retrieve or {}),
        }
        path.write_text(yaml.safe_dump(document))

    def retrieve(self, *arguments: str) -> int:
        """`audiophrase fetch` in this process; its exit code."""
        return int(fetch.main([self.dataset, *arguments], standalone_mode=False))

    def start(self, prelude: str = "") -> subprocess.Popen:
        """The same in a process of its own, in a session of its own."""
        code = f"{prelude}\nfrom audiophrase.cli import main\nmain()"
        return subprocess.Popen(
            [sys.executable, "-c", code, "fetch", self.dataset],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def rows(self) -> list[dict]:
        return read_log(self.folder / "cache/youtube")

    def histories(self) -> dict[str, ClipHistory]:
        """By video id, as the log has them."""
        return {clip[1:12]: history for clip, history in fold(self.rows()).items()}

    def states(self) -> dict[str, State]:
        return {video: history.state for video, history in self.histories().items()}

    def table(self) -> list[dict]:
        """What attempts.parquet says of each clip, but for times and numbers of attempts."""
        table = fold(read_table(self.data / "attempts.parquet").to_pylist())
        return sorted(
            (h.clip_id, h.state, h.reason or "", h.permanent, h.message or "", h.sha256 or "")
            for h in table.values()
        )

    def pack(self) -> bytes:
        """The bytes of the shard that `youtube-clips` packs."""
        settings = select(
            params.effective(params.load(self.folder / "params.yaml"), self.dataset), "retrieve"
        )
        output = self.data / f"clips/{SHARD}.parquet"
        arguments = ["--shard", SHARD, "--clips", str(self.data / "annotations/clips.parquet")]
        arguments += ["--attempts", str(self.data / "attempts.parquet")]
        arguments += ["--cache", str(self.folder / "cache/youtube")]
        youtube_clips.main(
            [*arguments, str(output)],
            standalone_mode=False,
            default_map={"settings": settings},
        )
        return output.read_bytes()

    def n_lookups(self) -> int:
        """Videos that were looked up so far, canaries aside."""
        counts = dict(self.fake.counts)
        return sum(counter["page"] for video, counter in counts.items() if video != CANARY)

    @contextmanager
    def once_looked_up(self, n_videos: int, **settings: object):
        """Reconfigure the fake as soon as so many videos were looked up."""
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(0.002):
                if self.n_lookups() >= n_videos:
                    self.fake.configure(**settings)
                    return

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
