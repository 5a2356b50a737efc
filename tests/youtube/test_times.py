"""Times that no clock showed, and those of a clock that was never set."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from audiophrase.clips.availability import State
from audiophrase.errors import ArtifactError
from audiophrase.youtube.attempts import read_table, write_table
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.history import fold
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.log_lines import LOG, parse
from audiophrase.youtube.plan import plan

CLIP = "YAAAAAAAAAAA_0_10000"
CLIPS = [{"clip_id": CLIP, "youtube_id": "AAAAAAAAAAA", "start_s": 0.0, "end_s": 10.0}]
BARE = Evidence("page", errors=("Video unavailable",)).to_json()
DAY = timedelta(days=1)
NOW = datetime(2026, 11, 1, tzinfo=UTC)
UNSET = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
BEYOND = ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "9999-12-31T00:00:00+00:00"]


@pytest.mark.parametrize("time", BEYOND)
def test_a_line_with_a_time_beyond_the_calendar_is_a_damaged_one(tmp_path, time):
    with Ledger(tmp_path, "one") as ledger:
        ledger.record(CLIP, NOW, {"state": "ok", "reason": None})
    (line,) = map(json.loads, (tmp_path / LOG).read_text().splitlines())
    content = json.dumps(line | {"tried_utc": time}).encode() + b"\n"
    (tmp_path / LOG).write_bytes(content)
    assert parse(content) is None
    after = {"kind": "come-back", "run": "one", "utc": "", "after": time}
    assert parse(json.dumps(after).encode()) is None
    with Ledger(tmp_path, "two") as ledger:
        assert ledger.rows() == []
    assert (tmp_path / f"{LOG}.damaged").read_bytes() == content


def test_a_table_with_a_time_beyond_the_calendar_is_damaged_and_no_crash(tmp_path):
    tried = datetime.fromisoformat(BEYOND[0])
    write_table(tmp_path / "a.parquet", [{"clip_id": CLIP, "tried_utc": tried, "state": "ok"}])
    with pytest.raises(ArtifactError, match="does not hold attempts"):
        read_table(tmp_path / "a.parquet")


def history(*times):
    row = {"clip_id": CLIP, "committed": True, "state": "unresolved", "reason": "unknown"}
    return fold([row | {"tried_utc": when, "evidence": BARE} for when in times])[CLIP]


@pytest.mark.parametrize(
    ("times", "state", "since"),
    [
        ([UNSET, NOW], "unresolved", NOW),  # seconds later, with the right clock
        ([UNSET, UNSET + 5 * DAY], "unresolved", UNSET),
        ([NOW, UNSET], "unresolved", NOW),
        ([UNSET, NOW, NOW + DAY], "missing", NOW),
        ([NOW, UNSET, NOW + DAY], "missing", NOW),
        ([NOW.replace(year=2019), NOW], "unresolved", NOW),
        ([NOW + DAY, NOW], "unresolved", NOW),  # it was set back
    ],
)
def test_a_clock_that_was_never_set_makes_no_day(times, state, since):
    known = history(*times)
    assert known.state == state
    assert known.bare_utc == since or state == State.MISSING


def test_what_was_asked_for_by_a_clock_that_was_never_set_is_asked_for_again():
    limits = {"n_attempts": 3, "recheck": False, "now": NOW}
    assert plan(CLIPS, {CLIP: history(UNSET)}, set(), **limits).n_wanted == 1
    assert plan(CLIPS, {CLIP: history(UNSET, NOW)}, set(), **limits).n_wanted == 0
    late = limits | {"now": NOW + DAY}
    assert plan(CLIPS, {CLIP: history(UNSET, NOW)}, set(), **late).n_wanted == 1


def test_lines_of_a_clock_that_was_never_set_are_kept(tmp_path):
    with Ledger(tmp_path, "one") as ledger:
        ledger.record(CLIP, UNSET, {"state": "ok", "reason": None})
    assert fold(read_log(tmp_path))[CLIP].state == State.OK
