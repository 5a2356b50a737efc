"""A simulated YouTube, with simulated time, for runs that ask it: no network, no waiting."""

import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from audiophrase.clips.parameters import RunParams
from audiophrase.youtube.budget import Stop
from audiophrase.youtube.client import Fetched, Video
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.history import ClipHistory, fold
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.plan import Clip, Job
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.run import Run

PARAMS = {
    "canaries": ["canary_0000"],
    "canary_every": 50,
    "canary_s": 1.0,
    "videos_per_hour": 300,
    "jitter": 0.25,
    "attempts": 3,
    "backoff_s": 60.0,
    "max_streak": 5,
    "max_pause_s": 900.0,
    "n_threads": 2,
    "timeout_s": 20.0,
}
PLAYS = Evidence("page", (PlayerAnswer("tv", "OK", None, None, None, 1),))
REMOVED = Evidence("page", errors=("This video has been removed by the uploader",))
TIMED_OUT = Evidence("page", errors=("Read timed out.",))
LIMITED = Evidence("page", http_statuses=(429,), retry_after_s=7200.0)
NO_BOT = Evidence("page", errors=("Sign in to confirm you're not a bot",))


class World:
    """Simulated time, and a YouTube that answers each id with the next of its list, then plays."""

    def __init__(self, answers, treatments=None):
        """`treatments`: what the visitors of these numbers are told whatever they ask for."""
        self.now_s, self.answers = 0.0, {name: list(said) for name, said in answers.items()}
        self.asked_s, self.n_asked, self.n_visitors = [], Counter(), 0
        self.treatments = treatments or {}

    def clock(self):
        return self.now_s

    def sleep(self, seconds):
        assert seconds >= 0
        self.now_s += max(seconds, 1e-3)

    def visitor(self):
        """A client with a session of its own."""
        self.n_visitors += 1
        return Visitor(self, self.n_visitors)


class Visitor:
    """Of a world, by its number."""

    def __init__(self, world, number):
        self.world, self.number, self.n_asked = world, number, 0

    def resolve(self, youtube_id):
        world = self.world
        world.asked_s.append(world.now_s)
        world.n_asked[youtube_id] += 1
        self.n_asked += 1
        n_before, told = world.treatments.get(self.number, (0, None))
        said = world.answers.get(youtube_id)
        answer = said.pop(0) if said else None
        if told is not None and self.n_asked > n_before:
            answer = told
        if answer is not None:
            return answer
        return Video(youtube_id, "251", "https://x", {}, 60.0, None, PLAYS, "webm", 1000)

    def fetch(self, video, start_s, end_s):
        samples = np.full(480, 0.5, np.float32)
        return Fetched(samples, 48000, "251", 1000, 2, "index", 60.0, PLAYS)

    def close(self): ...


def jobs(n, n_tries=3):
    names = [f"video_{index:05d}" for index in range(n)]
    return [Job(name, (Clip(f"Y{name}_0_10", name, 0.0, 0.01, n_tries),)) for name in names]


def work(
    folder: Path, world: World, todo: list[Job], **changed
) -> tuple[Stop | None, dict[str, ClipHistory], list[dict]]:
    """Run the jobs with a ledger in a folder: why it stopped, histories by video, log lines."""
    progress = Progress(len(todo), clock=world.clock)
    with Ledger(folder, "run") as ledger:
        run = Run(
            ledger,
            RunParams(**PARAMS | changed),
            make_client=world.visitor,
            progress=progress,
            tools={"versions": "yt-dlp 1", "cookies": False},
            rng=random.Random(1),
            clock=world.clock,
            sleep=world.sleep,
        )
        stop = run.work(tuple(todo))
        histories = {clip[1:12]: history for clip, history in fold(ledger.rows()).items()}
    lines = (folder / "attempts.jsonl").read_text().splitlines()
    return stop, histories, [json.loads(line) for line in lines]


def datetime_utc() -> datetime:
    """A moment."""
    return datetime(2026, 11, 1, tzinfo=UTC)
