"""Videos after which a session gets nothing any more: they keep no other from being fetched."""

from collections import Counter
from datetime import UTC, datetime

import pytest
import youtube_world
from youtube_project import youtube_id
from youtube_world import NO_BOT, REMOVED, TIMED_OUT, World, jobs

from audiophrase.clips.availability import State
from audiophrase.youtube.budget import HOUR_S, Exit
from audiophrase.youtube.canaries import STREAKS
from audiophrase.youtube.client import Client
from audiophrase.youtube.consequences import MAX_SPOILT
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.history import SPOILS, fold
from audiophrase.youtube.plan import plan
from audiophrase.youtube.sessions import MAX_AN_HOUR, MAX_TOLD, N_FRESH, told_of_sessions

N = 40
SABR = Evidence("page", warnings=("YouTube may have enabled the SABR-only streaming experiment",))
PLACES = {
    "first": lambda k: range(k),
    "last": lambda k: range(N - k, N),
    "in the middle": lambda k: range(N // 2, N // 2 + k),
    "apart": lambda k: range(3, N, 6)[:k],
}


class SpoiltWorld(World):
    """Whoever asks for one of some videos is told `then`, whatever it asks for afterwards."""

    def __init__(self, spoilers, said=NO_BOT, then=NO_BOT, block=None, alive=()):
        """`block`: after so many lookups everybody is told `then`, but of videos `alive`."""
        super().__init__({})
        self.spoilers, self.said, self.then = set(spoilers), said, then
        self.block, self.alive = block, set(alive)
        self.came_s = []

    def visitor(self):
        self.n_visitors += 1
        self.came_s.append(self.now_s)
        return SpoiltVisitor(self, self.n_visitors)


class SpoiltVisitor(youtube_world.Visitor):
    is_spoilt = False

    def resolve(self, youtube_id):
        world, was_spoilt = self.world, self.is_spoilt
        answer = super().resolve(youtube_id)
        is_blocked = world.block is not None and len(world.asked_s) > world.block
        self.is_spoilt |= youtube_id in world.spoilers
        if was_spoilt or (is_blocked and youtube_id not in world.alive):
            self.is_spoilt = True
            return world.then
        return world.said if self.is_spoilt else answer


def name(index):
    return f"video_{index:05d}"


def next_jobs(histories, n_attempts=3):
    clips = [
        {"clip_id": f"Y{name(i)}_0_10", "youtube_id": name(i), "start_s": 0.0, "end_s": 0.01}
        for i in range(N)
    ]
    by_clip = {history.clip_id: history for history in histories.values()}
    at_hand = {id_ for id_, history in by_clip.items() if history.state == State.OK}
    limits = {"n_attempts": n_attempts, "recheck": False, "now": datetime.now(UTC)}
    return plan(clips, by_clip, at_hand, **limits)


def check(world, stop, histories, spoilers, n_threads):
    """All that shall hold of a run that met spoilers."""
    assert stop is None
    states = {video: history.state for video, history in histories.items()}
    assert states == {
        name(i): State.UNRESOLVED if name(i) in spoilers else State.OK for i in range(N)
    }
    assert {histories[video].reason for video in spoilers} == {SPOILS}
    # Two sessions may be no proof: other videos failed in one, the other was asked for some before.
    most = MAX_SPOILT + 2
    assert max(world.n_asked[video] for video in spoilers) <= most
    assert all(histories[video].n_attempts == world.n_asked[video] for video in spoilers)
    renewals = world.came_s[n_threads:]
    assert len(renewals) <= most * len(spoilers)
    for earlier, later in zip(renewals, renewals[MAX_AN_HOUR:], strict=False):
        assert later - earlier > HOUR_S - 1
    todo = next_jobs(histories)
    assert (todo.jobs, todo.n_exhausted) == ((), len(spoilers))


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("k", [1, 3, 6])
@pytest.mark.parametrize("place", PLACES)
def test_what_spoils_every_session_is_given_up_and_keeps_nothing_back(
    tmp_path, place, k, n_threads
):
    spoilers = set(map(name, PLACES[place](k)))
    world = SpoiltWorld(spoilers)
    stop, histories, lines = youtube_world.work(tmp_path, world, jobs(N), n_threads=n_threads)
    check(world, stop, histories, spoilers, n_threads)
    assert not [line for line in lines if line["kind"] == "put-last"]
    given_up = told_of_sessions([], [], lines)
    assert len(given_up) == 1
    assert sum(video in given_up[0] for video in spoilers) == min(k, MAX_TOLD)


@pytest.mark.parametrize("k", [3, 6])
@pytest.mark.parametrize(
    ("said", "then"),
    [(TIMED_OUT, TIMED_OUT), (SABR, SABR), (REMOVED, NO_BOT), (REMOVED, REMOVED), (NO_BOT, SABR)],
)
def test_whatever_it_is_that_spoilers_and_their_sessions_say(tmp_path, said, then, k):
    """Innocent videos fail beside them, for as long as no canary is asked for."""
    spoilers = set(map(name, PLACES["apart"](k)))
    world = SpoiltWorld(spoilers, said, then)
    check(world, *youtube_world.work(tmp_path, world, jobs(N))[:2], spoilers, 2)


def test_many_spoilers_take_long_but_not_for_ever(tmp_path):
    spoilers = set(map(name, range(N - 15, N)))
    world = SpoiltWorld(spoilers)
    check(world, *youtube_world.work(tmp_path, world, jobs(N))[:2], spoilers, 2)


@pytest.mark.parametrize("attempts", [1, 100])
def test_what_was_given_up_is_not_asked_for_whatever_the_number_of_attempts(tmp_path, attempts):
    world = SpoiltWorld({name(5)})
    todo = jobs(N, n_tries=attempts)
    _, histories, _ = youtube_world.work(tmp_path, world, todo, attempts=attempts)
    assert next_jobs(histories, attempts).jobs == ()


@pytest.mark.parametrize("n_threads", [1, 2])
@pytest.mark.parametrize("block", [20, 45, 60, 66])
def test_a_block_beside_spoilers_stops_the_run(tmp_path, block, n_threads):
    """Also while suspects are asked for: nothing is given up because of it."""
    spoilers = set(map(name, PLACES["apart"](6)))
    world = SpoiltWorld(spoilers, block=block)
    stop, histories, _ = youtube_world.work(tmp_path, world, jobs(N), n_threads=n_threads)
    assert (stop.exit_code, stop.cause) == (Exit.BLOCKED, "bot-check")
    assert len(world.asked_s) <= block + 12
    given_up = {video for video, history in histories.items() if history.reason == SPOILS}
    assert given_up < spoilers
    assert State.MISSING not in {history.state for history in histories.values()}


@pytest.mark.parametrize("block", [3, 20, 39])
def test_a_block_that_lets_canaries_pass_stops_the_run(tmp_path, block):
    """For some time sessions are renewed, as if the videos were spoilers; none is given up."""
    world = SpoiltWorld((), block=block, alive=["canary_0000"])
    stop, histories, _ = youtube_world.work(tmp_path, world, jobs(N), n_threads=1)
    assert (stop.exit_code, stop.cause) == (Exit.BLOCKED, "bot-check")
    assert "what was fetched before" in stop.message
    assert len(world.asked_s) <= block + 30
    assert world.n_visitors <= 1 + STREAKS + N_FRESH
    assert SPOILS not in {history.reason for history in histories.values()}


def test_where_nothing_was_ever_fetched_session_after_session_is_not_tried(tmp_path):
    world = SpoiltWorld(map(name, range(N)))
    stop, _, _ = youtube_world.work(tmp_path, world, jobs(N), n_threads=1)
    assert stop.exit_code == Exit.BLOCKED
    assert f"{MAX_AN_HOUR} sessions were replaced within the hour" in stop.message
    assert "in a new session neither" not in stop.message
    assert world.n_visitors == 1 + MAX_AN_HOUR
    assert world.now_s + stop.wait_s == pytest.approx(world.came_s[1] + HOUR_S)


def test_given_up_counts_as_a_failure_but_never_as_an_answer():
    when = youtube_world.datetime_utc()
    row = {"clip_id": "Yvideo_00001_0_10", "tried_utc": when, "committed": True, "evidence": None}
    given_up = row | {"state": "unresolved", "reason": SPOILS, "permanent": False}
    failed = row | {"state": "unresolved", "reason": "bot-check", "committed": False}
    (history,) = fold([failed] * 3 + [given_up] * 3).values()
    assert (history.state, history.permanent, history.n_attempts) == (State.UNRESOLVED, False, 3)
    assert history.n_failures >= 100
    (history,) = fold([given_up, row | {"state": "ok", "reason": None, "sha256": "a"}]).values()
    assert (history.state, history.n_failures) == (State.OK, 0)


def test_a_data_set_with_a_spoiler_is_fetched_once(project, monkeypatch, capfd):
    """From the command to attempts.parquet; then nothing is asked for, and --recheck asks."""
    spoiler, n_asked = youtube_id(1), Counter()
    resolve, spoilt = Client.resolve, set()

    def spoil(client, video):
        n_asked[video] += 1
        if video == spoiler:
            spoilt.add(client)
        return NO_BOT if client in spoilt else resolve(client, video)

    monkeypatch.setattr(Client, "resolve", spoil)
    project.set_up([(youtube_id(index), 3) for index in range(6)])
    assert project.retrieve() == Exit.DONE
    assert Counter(project.states().values()) == {State.OK: 5, State.UNRESOLVED: 1}
    assert {row[2] for row in project.table() if row[1] == State.UNRESOLVED} == {SPOILS}
    assert n_asked[spoiler] <= MAX_SPOILT + 1
    assert "given up" in capfd.readouterr().err
    before = n_asked.total()
    assert project.retrieve() == Exit.DONE
    assert n_asked.total() == before
    (project.folder / "cache/youtube/attempts.jsonl").unlink()  # elsewhere
    assert project.retrieve() == Exit.DONE
    assert n_asked.total() == before
    assert project.retrieve("--recheck") == Exit.DONE
    assert n_asked.total() > before


def test_what_fails_beside_others_is_no_proof_against_any(tmp_path):
    """The session that was bad for both counts against neither; two more alone do not suffice."""
    world = World({}, dict.fromkeys((1, 2, 3), (1, SABR)))
    stop, histories, _ = youtube_world.work(tmp_path, world, jobs(2), n_threads=1)
    assert stop is None
    assert [history.state for history in histories.values()] == [State.OK] * 2
    assert world.n_asked[name(0)] == MAX_SPOILT + 1


@pytest.mark.parametrize("n_lookups", [2, 3])
@pytest.mark.parametrize("n_threads", [1, 2, 4])
def test_where_every_session_wears_out_soon_all_is_fetched_at_a_polite_rate(
    tmp_path, n_threads, n_lookups
):
    """No video is to blame for it, and none is given up: not after a video fetched before either."""
    world = SpoiltWorld((), then=NO_BOT)
    world.treatments = dict.fromkeys(range(1, 99), (n_lookups, NO_BOT))
    stop, histories, _ = youtube_world.work(tmp_path, world, jobs(N), n_threads=n_threads)
    assert stop is None
    assert [history.state for history in histories.values()] == [State.OK] * N
    renewals = world.came_s[n_threads:]
    assert len(renewals) > MAX_AN_HOUR
    for earlier, later in zip(renewals, renewals[MAX_AN_HOUR:], strict=False):
        assert later - earlier > HOUR_S - 1


def test_no_suspect_is_asked_for_in_a_session_that_may_be_spoilt(tmp_path):
    """By the last but one, when the first already is suspected."""
    spoilers = {name(0), name(N - 2)}
    world = SpoiltWorld(spoilers, SABR, SABR)
    stop, histories, _ = youtube_world.work(tmp_path, world, jobs(N), n_threads=1)
    check(world, stop, histories, spoilers, 1)
    assert {histories[name(i)].n_attempts for i in (1, 2, 3, 4, N - 1)} == {2}
