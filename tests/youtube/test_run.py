"""How a run paces itself, retries and stops: time is simulated, and so is the client."""

import random
from collections import Counter

import numpy as np
import pytest

from audiophrase.clips.availability import State
from audiophrase.clips.parameters import RunParams
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.client import Fetched, Video
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.history import fold
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


class World:
    """Simulated time, and a YouTube that answers each id with the next of its list, then plays."""

    def __init__(self, answers):
        self.now_s, self.answers = 0.0, {name: list(said) for name, said in answers.items()}
        self.asked_s, self.n_asked = [], Counter()

    def clock(self):
        return self.now_s

    def sleep(self, seconds):
        assert seconds >= 0
        self.now_s += max(seconds, 1e-3)

    def resolve(self, youtube_id):
        self.asked_s.append(self.now_s)
        self.n_asked[youtube_id] += 1
        said = self.answers.get(youtube_id)
        answer = said.pop(0) if said else None
        if answer is not None:
            return answer
        return Video(youtube_id, "251", "https://x", {}, 60.0, None, PLAYS, "webm", 1000)

    def fetch(self, video, start_s, end_s):
        samples = np.full(480, 0.5, np.float32)
        return Fetched(samples, 48000, "251", 1000, 60.0, PLAYS)

    def close(self): ...


def jobs(n, n_tries=3):
    names = [f"video_{index:05d}" for index in range(n)]
    return [Job(name, (Clip(f"Y{name}_0_10", name, 0.0, 0.01, n_tries),)) for name in names]


@pytest.fixture
def work(tmp_path):
    def call(world, todo, **changed):
        progress = Progress(len(todo), clock=world.clock)
        with Ledger(tmp_path / "cache", "run") as ledger:
            run = Run(
                ledger,
                RunParams(**PARAMS | changed),
                make_client=lambda: world,
                progress=progress,
                tools={"versions": "yt-dlp 1", "cookies": False},
                rng=random.Random(1),
                clock=world.clock,
                sleep=world.sleep,
            )
            stop = run.work(tuple(todo))
            return stop, {clip[1:12]: history for clip, history in fold(ledger.rows()).items()}

    return call


def test_three_hundred_videos_an_hour_canaries_among_them(work):
    world = World({})
    stop, histories = work(world, jobs(290))
    assert stop is None
    assert {history.state for history in histories.values()} == {State.OK}
    assert world.n_asked["canary_0000"] == 1 + 5 + 1
    assert len(world.asked_s) == 297
    assert world.now_s == pytest.approx(3600, rel=0.05)


def test_a_transient_failure_is_tried_again_later_and_then_given_up(work):
    flaky, dead = "video_00001", "video_00002"
    world = World({flaky: [TIMED_OUT] * 2, dead: [TIMED_OUT] * 9})
    stop, histories = work(world, jobs(6))
    assert stop is None
    assert (histories[flaky].state, histories[flaky].n_attempts) == (State.OK, 3)
    assert (histories[dead].state, histories[dead].n_failures) == (State.UNRESOLVED, 3)
    assert world.now_s > 3 * 60  # 60 s before the second attempt, 120 s before the third


def test_what_is_removed_is_asked_for_once(work):
    world = World({"video_00001": [REMOVED] * 9})
    stop, histories = work(world, jobs(3))
    assert stop is None
    assert histories["video_00001"].state == State.MISSING
    assert world.n_asked["video_00001"] == 1


def test_a_rate_limit_stops_at_once_and_says_for_how_long(work):
    world = World({"video_00010": [LIMITED], "video_00002": [REMOVED]})
    stop, histories = work(world, jobs(100), n_threads=1)
    assert (stop.exit_code, stop.wait_s) == (Exit.BLOCKED, 7200)
    assert len(histories) == 11
    assert histories["video_00002"].state == State.UNRESOLVED


def test_videos_that_fail_every_time_do_not_stop_a_run_whose_canaries_play(work):
    bad = {f"video_{index:05d}": [TIMED_OUT] * 3 for index in range(5, 17)}
    world = World(bad)
    stop, histories = work(world, jobs(30))
    assert stop is None
    assert sum(history.state == State.UNRESOLVED for history in histories.values()) == 12
    assert all(histories[name].n_failures == 3 for name in bad)
    assert world.n_asked["canary_0000"] > 4


def test_an_endless_streak_stops_a_run_although_its_canaries_play(work):
    world = World({f"video_{index:05d}": [TIMED_OUT] * 3 for index in range(5, 90)})
    stop, _ = work(world, jobs(90), n_threads=1)
    assert stop.exit_code == Exit.INCOMPLETE
    assert world.n_asked.total() <= 5 + 20 + 2 * 20 + 6


def test_a_canary_is_tried_again_before_it_counts_as_dead(work):
    world = World({"canary_0000": [TIMED_OUT] * 2})
    assert work(world, jobs(3))[0] is None
    world = World({"canary_0000": [TIMED_OUT] * 3})
    stop, histories = work(world, jobs(3, n_tries=2))
    assert stop.exit_code == Exit.INCOMPLETE
    assert "canary_0000" in stop.message
    world = World({"canary_0000": [REMOVED]})
    stop, histories = work(world, jobs(3))
    assert stop.exit_code == Exit.BLOCKED
    assert world.n_asked == {"canary_0000": 1}
    assert all(history.state == State.OK for history in histories.values())  # of the first run


def test_a_retry_after_makes_everyone_wait(work):
    busy = Evidence("page", http_statuses=(503,), retry_after_s=600.0)
    world = World({"video_00001": [busy]})
    stop, histories = work(world, jobs(10), n_threads=1)
    assert stop is None
    assert histories["video_00001"].state == State.OK
    gaps = np.diff(world.asked_s)
    assert gaps.max() == pytest.approx(600, rel=0.01)


def test_no_job_no_question(work):
    world = World({})
    assert work(world, []) == (None, {})
    assert not world.asked_s
