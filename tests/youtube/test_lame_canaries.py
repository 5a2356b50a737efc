"""A canary that is ill itself: as long as another plays, it is no verdict on the run."""

import pytest
import youtube_world
from youtube_world import LIMITED, NO_BOT, REMOVED, TIMED_OUT, World, jobs

from audiophrase.clips.availability import State
from audiophrase.youtube.budget import Exit, stop_for_canary
from audiophrase.youtube.canary_list import MAX_ASKED
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.verdict import judge

NAMES = [f"canary_000{index}" for index in range(5)]
N = 12
ALWAYS = 99


@pytest.fixture
def told(monkeypatch):
    lines = []
    monkeypatch.setattr(Progress, "tell", lambda self, line: lines.append(line))
    return lines


def work(folder, world, n_canaries=2, **changed):
    changed = {"canaries": NAMES[:n_canaries], "canary_every": 4} | changed
    return youtube_world.work(folder, world, jobs(N), **changed)


@pytest.mark.parametrize("said", [NO_BOT, REMOVED, LIMITED, TIMED_OUT])
@pytest.mark.parametrize("lame", [[0], [1], [0, 1]])
def test_a_run_goes_on_without_a_canary_that_fails_where_another_plays(tmp_path, told, said, lame):
    gone = {"video_00003": [REMOVED] * ALWAYS}
    world = World({NAMES[i]: [said] * ALWAYS for i in lame} | gone)
    stop, histories, lines = work(tmp_path, world, n_canaries=len(lame) + 1)
    assert stop is None
    assert histories["video_00003"].state == State.MISSING, "its failures count"
    assert sum(history.state == State.OK for history in histories.values()) == N - 1
    assert world.n_visitors == 2, "no session was replaced"
    assert all(world.n_asked[NAMES[i]] <= 3 for i in lame), "it is not asked for again and again"
    for i in lame:
        (warning,) = [line for line in told if f"canary {NAMES[i]} " in line]
        assert "retrieve.canaries" in warning
    noted = [line["youtube_id"] for line in lines if line["kind"] == "canary-aside"]
    assert sorted(noted) == [NAMES[i] for i in lame]


def test_a_canary_that_falls_ill_within_a_run_is_left_out_from_then_on(tmp_path):
    world = World({NAMES[0]: [None, None] + [NO_BOT] * ALWAYS})
    stop, histories, _ = work(tmp_path, world, n_threads=1)
    assert (stop, world.n_visitors, world.n_asked[NAMES[0]]) == (None, 1, 3)
    assert all(history.state == State.OK for history in histories.values())


def test_one_that_was_left_out_stands_in_when_the_other_falls_ill(tmp_path):
    world = World({NAMES[0]: [NO_BOT], NAMES[1]: [None] + [NO_BOT] * ALWAYS})
    stop, histories, _ = work(tmp_path, world, n_threads=1)
    assert (stop, world.n_visitors) == (None, 1)
    assert all(history.state == State.OK for history in histories.values())


@pytest.mark.parametrize("n_canaries", [1, 2, 3, 5])
def test_a_run_ends_where_all_fail_and_in_fresh_sessions_too(tmp_path, n_canaries):
    world = World({name: [NO_BOT] * ALWAYS for name in NAMES[:MAX_ASKED]})
    stop, histories, lines = work(tmp_path, world, n_canaries=n_canaries)
    assert (stop.cause, stop.exit_code, histories) == ("bot-check", Exit.BLOCKED, {})
    n_asked = min(n_canaries, MAX_ASKED)
    assert world.n_asked == {name: 3 for name in NAMES[:n_asked]}, "once in each of three sessions"
    assert all(name in stop.message for name in NAMES[:n_asked])
    assert "retrieve.canaries" in stop.remedy
    assert not any(line["passed"] for line in lines if line["kind"] == "canaries")


def test_a_worn_session_is_replaced_where_none_plays_in_it(tmp_path):
    world = World({}, treatments={1: (6, NO_BOT)})
    stop, histories, lines = work(tmp_path, world, n_threads=1)
    assert (stop, world.n_visitors) == (None, 2)
    assert all(history.state == State.OK for history in histories.values())
    assert not [line for line in lines if line["kind"] == "canary-aside"]


def test_a_stop_says_that_the_only_canary_may_be_at_fault():
    for said in (NO_BOT, LIMITED, TIMED_OUT):
        remedy = stop_for_canary(["canary_0000"], judge(said)).remedy
        assert "may be that of canary_0000 alone" in remedy
        assert "retrieve.canaries" in remedy
