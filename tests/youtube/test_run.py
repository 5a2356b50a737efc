"""How a run paces itself, retries and stops: time is simulated, and so is the client."""

import numpy as np
import pytest
import youtube_world
from youtube_world import LIMITED, REMOVED, TIMED_OUT, World, jobs

from audiophrase.clips.availability import State
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.evidence import Evidence


@pytest.fixture
def work(tmp_path):
    """As of `youtube_world`, in a folder of this test; why it stopped, and the histories."""
    return lambda *args, **changed: youtube_world.work(tmp_path / "cache", *args, **changed)[:2]


def test_three_hundred_videos_an_hour_canaries_among_them(work):
    world = World({})
    stop, histories = work(world, jobs(290))
    assert stop is None
    assert {history.state for history in histories.values()} == {State.OK}
    assert world.n_asked["canary_0000"] == 2 + 5 + 1  # in each of two sessions at the beginning
    assert len(world.asked_s) == 298
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
    world = World({"video_00002": [REMOVED]}, {1: (11, LIMITED), 2: (0, LIMITED), 3: (0, LIMITED)})
    stop, histories = work(world, jobs(100), n_threads=1)
    assert (stop.exit_code, stop.wait_s) == (Exit.BLOCKED, 7200)
    assert len(histories) == 11
    assert histories["video_00002"].state == State.UNRESOLVED
    assert world.n_asked["canary_0000"] == 1 + 3  # of them two as another
    longest_s = 900.0  # for which a Retry-After is heeded, once by each of the two
    assert 0 < world.now_s - 2 * longest_s < 3600 / 300 * 1.3 * 15


def test_videos_that_fail_every_time_do_not_stop_a_run_whose_canaries_play(work):
    bad = {f"video_{index:05d}": [TIMED_OUT] * 3 for index in range(5, 17)}
    world = World(bad)
    stop, histories = work(world, jobs(30))
    assert stop is None
    assert sum(history.state == State.UNRESOLVED for history in histories.values()) == 12
    assert all(histories[name].n_failures == 3 for name in bad)
    assert world.n_asked["canary_0000"] > 4


def test_an_endless_streak_stops_a_run_of_which_only_the_canaries_play(work):
    timed_out = {f"video_{index:05d}": [TIMED_OUT] * 9 for index in range(90)}
    world = World(timed_out)
    stop, _ = work(world, jobs(90), n_threads=1)
    assert stop.exit_code == Exit.INCOMPLETE
    assert world.n_asked.total() <= 1 + 20 + 4
    fetched_before = {"video_00001": [None] + [TIMED_OUT] * 20}
    world = World(timed_out | fetched_before)
    stop, histories = work(world, jobs(90)[1:], n_threads=1)
    assert "video_00001" in stop.message
    assert stop.exit_code == Exit.INCOMPLETE
    assert len(histories) < 30


@pytest.mark.parametrize("said_later", [None, REMOVED])
def test_an_endless_streak_goes_on_where_a_video_that_was_fetched_before_plays(work, said_later):
    """Or has gone, for a reason that is its own."""
    world = World({f"video_{index:05d}": [TIMED_OUT] * 3 for index in range(5, 90)})
    world.answers["video_00004"] = [None] + [said_later] * 9
    stop, histories = work(world, jobs(95), n_threads=1)
    assert stop is None
    assert sum(history.state == State.OK for history in histories.values()) == 10
    assert 1 + 85 // 20 - 1 <= world.n_asked["video_00004"] <= 1 + 85 // 20


def test_a_canary_is_tried_again_before_it_counts_as_dead(work):
    world = World({"canary_0000": [TIMED_OUT] * 2})
    assert work(world, jobs(3))[0] is None
    world = World({"canary_0000": [TIMED_OUT] * 5})  # three times, then twice as another
    stop, histories = work(world, jobs(3, n_tries=2))
    assert stop.exit_code == Exit.INCOMPLETE
    assert "canary_0000" in stop.message
    world = World({"canary_0000": [REMOVED] * 3})
    stop, histories = work(world, jobs(3))
    assert stop.exit_code == Exit.BLOCKED
    assert world.n_asked == {"canary_0000": 3}
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
