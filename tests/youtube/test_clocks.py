"""Clocks that were wrong: verdicts, the pace, and what lies here."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube.attempts import write_table
from audiophrase.youtube.budget import TokenBucket
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.history import fold
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.pace import Pace
from audiophrase.youtube.plan import plan
from audiophrase.youtube.run import Run
from audiophrase.youtube.view import read_view, settle

RUNS = itertools.count()
DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)
CLIP = "YAAAAAAAAAAA_0_10000"
CLIPS = [{"clip_id": CLIP, "youtube_id": "AAAAAAAAAAA", "start_s": 0.0, "end_s": 10.0}]
OK = {"state": "ok", "reason": None}
REMOVED = {"state": "missing", "reason": "permanent-removed", "permanent": True}
PRIVATE = {"state": "restricted", "reason": "private", "permanent": True}
BARE = {
    "state": "unresolved",
    "reason": "unknown",
    "permanent": False,
    "evidence": Evidence("page", errors=("Video unavailable",)).to_json(),
}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "youtube"


def log(folder, *attempts, seed=None):
    """Attempts at the clip, each with the time that a clock showed, in the order they were made."""
    with Ledger(folder, f"run {next(RUNS)}", seed=seed) as ledger:
        ledger.canaries(["C"])
        for tried, values in attempts:
            if values["state"] == "ok":
                ledger.publish(CLIP, b"flac", tried, values)
            else:
                ledger.record(CLIP, tried, values)
        ledger.canaries(["C"])


def state(folder):
    return fold(read_log(folder))[CLIP].state


@pytest.mark.parametrize("wrong", [timedelta(days=1500), timedelta(days=-1500)])
def test_within_a_log_the_order_of_its_lines_counts(folder, wrong):
    log(folder, (NOW - 3 * DAY + wrong, REMOVED))
    log(folder, (NOW - 2 * DAY, PRIVATE))
    assert state(folder) == State.RESTRICTED
    log(folder, (NOW - DAY + wrong, REMOVED))
    assert state(folder) == State.MISSING
    log(folder, (NOW, OK))
    assert state(folder) == State.OK


def test_what_another_machine_found_with_a_clock_ahead_takes_away_no_clip_that_lies_here(
    folder, tmp_path
):
    table = tmp_path / "attempts.parquet"
    theirs = {"clip_id": CLIP, "tried_utc": NOW + 1000 * DAY, "committed": True, **REMOVED}
    write_table(table, [theirs])
    log(folder, (NOW, OK), seed=table)
    assert state(folder) == State.MISSING
    [*_, last] = read_view(folder, CLIPS)
    assert last["state"] == "ok"
    assert fold(read_view(folder, CLIPS))[CLIP].state == State.OK
    # So it stays for whoever goes on from the table, here too.
    write_table(table, read_view(folder, CLIPS))
    log(tmp_path / "elsewhere" / "youtube", seed=table)
    assert state(tmp_path / "elsewhere" / "youtube") == State.OK
    (folder / "sections" / f"{CLIP}.flac").unlink()
    assert fold(read_view(folder, CLIPS))[CLIP].state == State.MISSING


def test_of_several_tables_each_keeps_its_order_and_takes_its_place_in_time(folder, tmp_path):
    table = tmp_path / "attempts.parquet"
    base = {"clip_id": CLIP, "committed": True}
    for attempts in (
        [(NOW - DAY, PRIVATE)],
        [(NOW - 2 * DAY, REMOVED)],  # merged later, made earlier
        [(NOW + 5 * DAY, REMOVED), (NOW - 3 * DAY, PRIVATE)],  # in their order, whatever the clock
    ):
        write_table(table, [base | {"tried_utc": tried} | values for tried, values in attempts])
        log(folder, seed=table)
    states = [row["state"] for row in read_log(folder)]
    assert states == ["missing", "restricted", "missing", "restricted"]


def test_any_fetch_counts_whose_audio_lies_here():
    rows = [
        {"clip_id": CLIP, "tried_utc": NOW, "sha256": sha, "committed": True, **OK}
        for sha in ("a", "b", "c")
    ]
    other = {"clip_id": "YB_0_1", "tried_utc": NOW, "sha256": None, "committed": True, **REMOVED}
    rows.insert(2, other)
    settled = settle(rows, {CLIP: "b"})
    assert [row["sha256"] for row in settled] == ["a", None, "c", "b"]
    assert settle(settled, {CLIP: "b"}) == settled
    assert settle(rows, {CLIP: "c"}) == rows
    assert settle(rows, {}) == rows


def test_a_bare_unavailable_counts_by_no_time_that_is_yet_to_come(folder):
    log(folder, (NOW - 2 * DAY, BARE))
    log(folder, (NOW + 30 * DAY, BARE))
    assert state(folder) == State.UNRESOLVED
    log(folder, (NOW - DAY / 2, BARE))
    assert state(folder) == State.MISSING, "a day and a half apart"


def test_a_clock_that_was_set_back_makes_no_day_and_blocks_nothing(folder):
    rows = [
        {"clip_id": CLIP, "tried_utc": when, "committed": True, **BARE}
        for when in (NOW, NOW - 3 * DAY)
    ]
    history = fold(rows)[CLIP]
    assert history.state == State.UNRESOLVED
    assert history.bare_utc == NOW - 3 * DAY

    def n_wanted(bare_utc):
        known = fold([{"clip_id": CLIP, "tried_utc": bare_utc, "committed": True, **BARE}])
        return plan(CLIPS, known, set(), n_attempts=3, recheck=False, now=NOW).n_wanted

    assert n_wanted(NOW + 400 * DAY) == 1
    assert n_wanted(NOW - DAY / 2) == 0
    assert n_wanted(NOW - 2 * DAY) == 1


def test_the_pace_outlives_a_process_and_a_clock_that_is_set_back(tmp_path):
    now = [1000.0]
    pace = Pace(tmp_path / "asked", clock=lambda: now[0])
    assert pace.rest_s(12.0) == 0.0
    pace.asked()
    now[0] += 5
    again = Pace(tmp_path / "asked", clock=lambda: now[0])
    assert again.rest_s(12.0) == pytest.approx(7.0)
    now[0] += 5000
    assert again.rest_s(12.0) == 0.0
    now[0] -= 4900
    pace.asked()
    now[0] -= 90
    assert again.rest_s(12.0) == 12.0


def test_the_first_video_of_a_run_waits_for_the_last_of_the_run_before(tmp_path):
    now = [1000.0]
    slept = []

    def bucket():
        pace = Pace(tmp_path / "asked", clock=lambda: now[0])
        rng = random.Random(1)
        return TokenBucket(300, 0.0, rng, pace=pace, clock=lambda: now[0], sleep=slept.append)

    bucket().wait()
    assert slept == []
    now[0] += 2
    second = bucket()
    second.wait()
    assert slept == [pytest.approx(10.0)]
    second.wait()
    assert slept[1] == pytest.approx(22.0)


def test_a_run_keeps_to_the_pace_of_its_ledger(tmp_path, monkeypatch):
    intervals = []
    monkeypatch.setattr(
        Pace, "rest_s", lambda self, interval_s: intervals.append(interval_s) or 0.0
    )
    params = SimpleNamespace(
        videos_per_hour=300, jitter=0.1, max_streak=5, max_pause_s=60.0, canaries=["C"]
    )
    with Ledger(tmp_path, "run") as ledger:
        Run(ledger, params, make_client=None, progress=None, tools={}, rng=random.Random(1))
    assert intervals == [12.0]
