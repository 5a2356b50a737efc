"""Sessions that YouTube treats differently, in simulation and with the real extractor."""

import json
import random
from collections import Counter

import pytest
import youtube_world
from youtube_project import CANARY, youtube_id
from youtube_world import LIMITED, NO_BOT, REMOVED, TIMED_OUT, World, jobs

from audiophrase.clips.availability import State
from audiophrase.youtube.asking import Failure, Outcome
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.plan import Clip, Job
from audiophrase.youtube.sessions import MAX_AN_HOUR, N_FRESH, Session, Sessions
from audiophrase.youtube.verdict import judge

SABR = Evidence("page", warnings=("YouTube may have enabled the SABR-only streaming experiment",))
DRM = Evidence("page", errors=("This video is DRM protected",))
BUSY = Evidence("media", http_statuses=(429,))
CONTENT = Evidence("page", errors=("This content isn't available.",))


@pytest.fixture
def work(tmp_path):
    return lambda *args, **changed: youtube_world.work(tmp_path / "cache", *args, **changed)


def kinds(lines, kind):
    return [line for line in lines if line["kind"] == kind]


@pytest.mark.parametrize("told", [SABR, DRM, CONTENT, NO_BOT, LIMITED, TIMED_OUT, REMOVED])
@pytest.mark.parametrize("n_before", [0, 7])
def test_a_bad_session_is_renewed_and_costs_no_clip(work, told, n_before):
    world = World({}, {2: (n_before, told)})
    stop, histories, lines = work(world, jobs(60, n_tries=1))
    assert stop is None
    assert [history.state for history in histories.values()] == [State.OK] * 60
    assert [(n["session"], n["by"]) for n in kinds(lines, "renewal")] == [("2", "3")]
    assert kinds(lines, "renewal")[0]["cause"] == judge(told).reason
    assert world.n_visitors == 3


def test_all_sessions_bad_and_fresh_ones_good(work):
    world = World({}, {1: (0, SABR), 2: (0, SABR), 3: (4, DRM), 4: (9, NO_BOT)})
    stop, histories, _ = work(world, jobs(60, n_tries=1))
    assert stop is None
    assert [history.state for history in histories.values()] == [State.OK] * 60


@pytest.mark.parametrize(
    ("told", "cause"), [(SABR, "po-token/SABR"), (NO_BOT, "bot-check"), (CONTENT, None)]
)
def test_a_run_stops_only_when_fresh_sessions_fail_too(work, told, cause):
    world = World({}, {1: (8, told)} | {number: (0, told) for number in range(3, 99)})
    stop, histories, lines = work(world, jobs(60))
    assert stop.exit_code == Exit.BLOCKED
    assert cause is None or stop.cause == cause
    assert [line["session"] for line in kinds(lines, "canaries")][-3:] == ["1", "3", "4"]
    assert world.n_visitors == 2 + N_FRESH
    assert State.MISSING not in {history.state for history in histories.values()}
    assert kinds(lines, "stop")


def test_poisoned_videos_in_a_row_do_not_bring_a_canary_each(work):
    """A hundred in the middle; what stands behind is fetched, and they have used their tries."""
    poisoned = {f"video_{index:05d}": [NO_BOT] * 9 for index in range(20, 120)}
    world = World(poisoned)
    stop, histories, lines = work(world, jobs(140), attempts=2)
    assert stop is None
    assert Counter(history.state for history in histories.values()) == {
        State.OK: 40,
        State.UNRESOLVED: 100,
    }
    assert all(histories[name].n_failures >= 2 for name in poisoned)
    assert world.n_asked["canary_0000"] <= 300 / 5 + 15
    assert {note["youtube_id"] for note in kinds(lines, "put-last")} == set(poisoned)


@pytest.mark.parametrize("n_threads", [1, 2])
def test_a_block_is_noticed_within_few_videos_also_after_poisoned_ones(work, n_threads):
    treatments = {number: (40, NO_BOT) for number in (1, 2)}
    treatments |= {number: (0, NO_BOT) for number in range(3, 9)}
    world = World({"video_00001": [NO_BOT] * 9, "video_00004": [NO_BOT] * 9}, treatments)
    stop, _, lines = work(world, jobs(200), n_threads=n_threads)
    assert stop.exit_code == Exit.BLOCKED
    rows = kinds(lines, "attempt")
    last_fetched = max(n for n, row in enumerate(rows) if row["state"] == State.OK)
    assert len(rows) - last_fetched <= 2 * 5


def test_a_player_beside_one_that_plays_decides_nothing(work, monkeypatch):
    answers = (
        PlayerAnswer("tv", "OK", None, None, None, 1),
        PlayerAnswer("web", "LOGIN_REQUIRED", "Sign in to confirm you're not a bot", None, None, 0),
    )
    monkeypatch.setattr(youtube_world, "PLAYS", Evidence("page", answers))
    world = World({})
    stop, histories, _ = work(world, jobs(20))
    assert stop is None
    assert len(histories) == 20
    assert world.n_asked["canary_0000"] == 2 + 1


def test_a_video_that_spoils_all_sessions_does_not_keep_a_run_for_ever(work):
    """Whoever has asked for it is sent away."""
    world = World({})
    spoiled = set()

    class Spoiler(youtube_world.Visitor):
        def resolve(self, youtube_id):
            if youtube_id == "video_00003":
                spoiled.add(self.number)
            said = super().resolve(youtube_id)
            return NO_BOT if self.number in spoiled else said

    def visitor():
        world.n_visitors += 1
        return Spoiler(world, world.n_visitors)

    world.visitor = visitor
    stop, histories, _ = work(world, jobs(30))
    assert stop is None
    assert [name for name, h in histories.items() if h.state != State.OK] == ["video_00003"]
    assert world.n_visitors < 10


def test_what_failed_in_one_session_is_tried_in_another(work):
    world = World({})
    asked_by = []

    class Choosy(youtube_world.Visitor):
        def resolve(self, youtube_id):
            said = super().resolve(youtube_id)
            if youtube_id != "video_00003":
                return said
            asked_by.append(self.number)
            return SABR if self.number == asked_by[0] else said

    def visitor():
        world.n_visitors += 1
        return Choosy(world, world.n_visitors)

    world.visitor = visitor
    stop, histories, _ = work(world, jobs(9))
    assert stop is None
    assert histories["video_00003"].state == State.OK
    assert len(asked_by) == 2


def test_failures_count_only_between_canaries_of_their_own_session(tmp_path):
    name, values = "Yvideo_00001_0_10", {"state": "missing", "reason": "x", "permanent": True}
    when = youtube_world.datetime_utc()
    with Ledger(tmp_path / "cache", "run") as ledger:
        ledger.canaries(["canary_0000"], session="1")
        ledger.record(name, when, values | {"session": "2"})
        ledger.record(name, when, values | {"session": "1"})
        ledger.canaries(["canary_0000"], session="2")
        assert [row["committed"] for row in ledger.rows()] == [False, False]
        ledger.canaries(["canary_0000"], session="1")
        assert [row["committed"] for row in ledger.rows()] == [False, True]
        ledger.record(name, when, values | {"session": "2"})
        ledger.canaries(["canary_0000"], "no", session="1")
        ledger.canaries(["canary_0000"], session="2")
        assert [row["committed"] for row in ledger.rows()] == [False, True, True]
        assert ledger.rows()[0]["session"] == "2"


def outcome(evidence, retry_after_s=None):
    job, verdict = jobs(1)[0], judge(evidence)
    return Outcome(job, (Failure(job.clips[0], verdict),), verdict, retry_after_s)


def test_when_a_session_is_doubted():
    session = Session("1", None, max_streak=5, max_pause_s=900)
    session.observe(outcome(NO_BOT))
    assert session.is_doubted()
    assert len(session.pass_canary(1)) == 1
    for _ in range(4):
        session.observe(outcome(NO_BOT))
        session.observe(outcome(REMOVED))
        assert not session.is_doubted()
    session.observe(outcome(NO_BOT))
    assert session.is_doubted()
    session.pass_canary(2)
    session.pass_canary(3)  # and nothing in between
    session.observe(outcome(TIMED_OUT, 60.0))
    assert not session.is_doubted()
    session.observe(outcome(TIMED_OUT, 1000.0))
    assert session.is_doubted()
    session.pass_canary(4)
    for _ in range(5):
        assert not session.is_doubted()
        session.observe(outcome(DRM))
    assert session.is_doubted()


def test_a_video_is_to_blame_only_for_a_session_that_served_no_other():
    """A session may be worn out by what it was asked for before, whatever came of that."""
    plays = Outcome(jobs(1)[0], (), None, None)
    session = Session("1", None, max_streak=5, max_pause_s=900, n_asked=1)
    assert not session.failed_at_first
    session.observe(outcome(NO_BOT))
    assert session.failed_at_first
    session.observe(outcome(NO_BOT))
    assert not session.failed_at_first
    session = Session("2", None, max_streak=5, max_pause_s=900, n_asked=1)
    session.observe(outcome(NO_BOT))
    session.pass_canary(1)
    assert not session.failed_at_first
    session = Session("3", None, max_streak=5, max_pause_s=900, n_asked=1)
    session.observe(plays)
    assert not session.failed_at_first
    session.observe(outcome(NO_BOT))
    assert not session.failed_at_first


def test_a_suspect_is_asked_for_in_the_session_that_served_fewest():
    sessions = Sessions(World({}).visitor, max_streak=5, max_pause_s=900)
    used, fresh = sessions.open(), sessions.open()
    used.observe(outcome(NO_BOT))
    assert sessions.take_freshest() is fresh
    assert sessions.take_freshest() is used


def test_another_session_is_taken_where_one_is_idle():
    sessions = Sessions(World({}).visitor, max_streak=5, max_pause_s=900)
    first, second = sessions.open(), sessions.open()
    assert sessions.take(avoid="1") is second
    assert sessions.take(avoid="1") is first
    sessions.give_back(second)
    sessions.give_back(first)
    assert sessions.take() is second


def test_once_media_say_that_we_ask_too_often_no_other_section_is_asked_for(work):
    asked = []

    class Busy(youtube_world.Visitor):
        def fetch(self, video, start_s, end_s):
            if video.youtube_id != "video_00001":
                return super().fetch(video, start_s, end_s)
            asked.append(start_s)
            return super().fetch(video, 0, 1) if start_s == 0 else BUSY

    world = World({})
    world.visitor = lambda: Busy(world, 1)
    todo = jobs(3)
    clips = [Clip(f"Yvideo_00001_{n}_9", "video_00001", float(n), 9.0, 2) for n in range(4)]
    todo[1] = Job("video_00001", tuple(clips))
    stop, _, lines = work(world, todo)
    assert stop is None
    assert asked == [0.0, 1.0, 1.0]
    assert Counter(line["state"] for line in kinds(lines, "attempt")) == {"ok": 3, "unresolved": 6}


def test_no_more_fresh_sessions_an_hour_than_are_polite():
    world = World({})
    sessions = Sessions(world.visitor, max_streak=5, max_pause_s=900, clock=world.clock)
    session = sessions.open()
    for _ in range(MAX_AN_HOUR):
        assert sessions.renewal_wait_s() == 0
        session = sessions.renew(session)
    assert sessions.renewal_wait_s() == 3600
    world.now_s = 3601.0
    assert sessions.renewal_wait_s() == 0
    assert sessions.live == [session]
    assert sessions.told() == f"session {MAX_AN_HOUR + 1}; {MAX_AN_HOUR} renewed"


def healthy(project, n, sessions, **retrieve):
    videos = [youtube_id(index) for index in range(n)]
    random.Random(1).shuffle(videos)
    project.fake.configure(sessions=sessions)
    project.set_up([(video, 3) for video in videos], retrieve)
    return project.retrieve()


@pytest.mark.parametrize(
    "sessions",
    [
        pytest.param({"1": "sabr-only"}, marks=pytest.mark.long),
        pytest.param({"2": "drm after 6"}, marks=pytest.mark.long),
        pytest.param({"1": "content after 3"}, marks=pytest.mark.long),
        pytest.param({"1": "sabr-only", "2": "sabr-only"}, marks=pytest.mark.long),
        {"1": "content after 9", "2": "bot-check after 20", "3": "removed after 2"},
    ],
    ids=str,
)
def test_sixty_healthy_clips_whatever_befalls_a_session(project, sessions, capfd):
    assert healthy(project, 60, sessions, attempts=1) == 0
    assert Counter(project.states().values()) == {State.OK: 60}
    lines = (project.folder / "cache/youtube/attempts.jsonl").read_text().splitlines()
    renewals = kinds(map(json.loads, lines), "renewal")
    assert len(renewals) == len(sessions)
    assert f"session {renewals[0]['session']} is replaced by" in capfd.readouterr().err
    assert {row["session"] for row in project.rows()} - set(sessions)


@pytest.mark.parametrize(
    ("treatment", "told"),
    [
        ("sabr-only", "make upgrade-ytdlp"),
        ("bot-check", "wait a day"),
        ("content", "Come back"),
        ("drm", "make upgrade-ytdlp"),
    ],
)
def test_every_session_bad_stops_the_run(project, treatment, told, capfd):
    assert healthy(project, 20, {"1": f"{treatment} after 5", "2-": treatment}) == 4
    assert told in capfd.readouterr().err
    assert project.fake.counts[CANARY]["page"] <= 1 + 2 + N_FRESH + 1
    assert State.MISSING not in project.states().values()


def test_the_player_of_the_page_says_not_a_bot_beside_others_that_play(project):
    project.fake.configure(default="bot-check-beside")
    assert healthy(project, 12, {}) == 0
    assert Counter(project.states().values()) == {State.OK: 12}
    evidence = [Evidence.from_json(row["evidence"]) for row in project.rows()]
    assert all("not a bot" in str(told.answers) for told in evidence)
    assert project.fake.counts[CANARY]["page"] <= 3
