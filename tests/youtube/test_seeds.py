"""A table put beside a log: what it adds, and what it takes back of what the log says."""

from datetime import UTC, datetime, timedelta

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube import lab_tables
from audiophrase.youtube.attempts import write_table
from audiophrase.youtube.history import fold
from audiophrase.youtube.lab_tables import Lab
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.log_lines import LOG
from audiophrase.youtube.merge import merge

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
CLIP = "YAAAAAAAAAAA_0_10000"
OTHER = "YBBBBBBBBBBB_0_10000"
REMOVED = {"state": "missing", "reason": "permanent-removed", "permanent": True, "message": "gone"}
PRIVATE = {"state": "restricted", "reason": "private", "permanent": False, "message": "private"}
LIMITED = {"state": "unresolved", "reason": "rate-limited", "permanent": False, "message": "429"}
OK = {"state": "ok", "sha256": "a" * 64}


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "youtube"


def log(folder, *attempts, seed=None, run="one"):
    with Ledger(folder, run, seed=seed, tell=lambda _: None) as ledger:
        ledger.canaries(["C"])
        for tried, values in attempts:
            ledger.record(CLIP, tried, values)
        ledger.canaries(["C"])
        return ledger.rows()


def table(path, rows):
    write_table(path, list(rows))
    return path


def theirs(tried, values, clip_id=CLIP):
    base = {"clip_id": clip_id, "number": 1, "tried_utc": tried, "source": "youtube"}
    return base | {"committed": True} | values


def merged(*tables):
    return merge([Lab(str(number), tuple(rows)) for number, rows in enumerate(tables)]).rows


def column(row):
    """A row with all columns of the table."""
    names = ("cookies", "session", "versions", "http_status", "evidence", "reason", "permanent")
    return dict.fromkeys((*names, "message", "sha256")) | row


def of_clip(folder, seed=None):
    return fold(read_log(folder, seed))[CLIP]


@pytest.mark.parametrize("failures", [[REMOVED], [LIMITED] * 3])
def test_what_labs_say_together_holds_in_the_lab_that_made_the_table(folder, tmp_path, failures):
    """Its own log says missing, or tried to the end; another fetched the clip, earlier."""
    ours = log(folder, *((NOW - DAY, values) for values in failures))
    rows = merged(ours, [column(theirs(NOW - 3 * DAY, OK))])
    seed = table(tmp_path / "attempts.parquet", rows)
    assert fold(rows)[CLIP].state == State.OK
    assert of_clip(folder).state != State.OK
    assert (of_clip(folder, seed).state, of_clip(folder, seed).n_failures) == (State.OK, 0)
    log(folder, seed=seed)
    assert (of_clip(folder).state, of_clip(folder).n_failures) == (State.OK, 0)
    size = (folder / LOG).stat().st_size
    Ledger(folder, "two", seed=seed).close()
    assert (folder / LOG).stat().st_size == size, "it is taken back once"
    log(folder, (NOW, REMOVED), seed=seed)
    assert of_clip(folder).state == State.MISSING, "what is asked from now on counts"


def test_also_where_the_log_has_every_attempt_of_the_table(folder, tmp_path):
    earlier = table(tmp_path / "theirs.parquet", [theirs(NOW - 3 * DAY, OK)])
    ours = log(folder, (NOW - DAY, REMOVED), seed=earlier)
    assert fold(ours)[CLIP].state == State.MISSING
    rows = merged(ours, [column(theirs(NOW - 3 * DAY, OK))])
    seed = table(tmp_path / "attempts.parquet", rows)
    log(folder, seed=seed)
    assert of_clip(folder).state == State.OK


def test_what_labs_disagree_on_is_for_good_in_none_of_them(folder, tmp_path):
    ours = log(folder, (NOW - DAY, REMOVED))
    rows = merged(ours, [column(theirs(NOW - 3 * DAY, PRIVATE))])
    seed = table(tmp_path / "attempts.parquet", rows)
    assert (of_clip(folder).state, of_clip(folder).permanent) == (State.MISSING, True)
    assert (of_clip(folder, seed).state, of_clip(folder, seed).permanent) == (State.MISSING, False)
    log(folder, seed=seed)
    assert (of_clip(folder).state, of_clip(folder).permanent) == (State.MISSING, False)


def test_a_table_takes_no_verdict_back_without_saying_that_the_clip_was_had(folder, tmp_path):
    """Such as one that was written while its attempts were provisional."""
    ours = log(folder, (NOW - DAY, REMOVED))
    seed = table(tmp_path / "attempts.parquet", [row | {"committed": False} for row in ours])
    log(folder, seed=seed)
    assert of_clip(folder).state == State.MISSING
    assert b"withdrawal" not in (folder / LOG).read_bytes()


def test_a_table_makes_nothing_count_that_did_not(folder, tmp_path):
    with Ledger(folder, "one") as ledger:
        ledger.record(CLIP, NOW - DAY, REMOVED)
        ours = ledger.rows()
    seed = table(tmp_path / "attempts.parquet", [row | {"committed": True} for row in ours])
    log(folder, seed=seed)
    assert of_clip(folder).state == State.UNRESOLVED


def test_a_verdict_that_is_judged_otherwise_today_is_taken_back(folder, tmp_path):
    """A rule that was wrong has called it missing: the table has the same attempt, unresolved."""
    ours = log(folder, (NOW - DAY, REMOVED))
    seed = table(tmp_path / "attempts.parquet", [row | LIMITED for row in ours])
    assert of_clip(folder, seed).state == State.UNRESOLVED
    log(folder, seed=seed)
    assert (of_clip(folder).state, of_clip(folder).reason) == (State.UNRESOLVED, "rate-limited")
    log(folder, seed=seed, run="two")
    assert len(read_log(folder)) == 2


def test_an_attempt_of_another_lab_at_the_same_second_takes_nothing_back(folder, tmp_path):
    ours = log(folder, (NOW - DAY, REMOVED))
    seed = table(tmp_path / "attempts.parquet", [*ours, theirs(NOW - DAY, LIMITED)])
    log(folder, seed=seed)
    assert of_clip(folder).state == State.MISSING


@pytest.mark.parametrize("message", ["", "m" * 5000])
def test_an_attempt_that_went_through_a_lab_s_table_is_still_the_same(folder, tmp_path, message):
    """Where texts are bounded, and none is nothing."""
    ours = log(folder, (NOW - DAY, LIMITED | {"message": message}))
    rows = lab_tables.read(table(tmp_path / "ours.parquet", ours)).rows
    assert rows[0]["message"] != message
    log(folder, seed=table(tmp_path / "attempts.parquet", merged(rows, ours)))
    assert of_clip(folder).n_attempts == 1


def test_what_is_taken_back_survives_a_death_and_a_takeover(folder, tmp_path):
    """The log of a data set of its own, from before; killed after the first of the lines."""
    ours = log(folder.parent / "yt" / "youtube", (NOW - DAY, REMOVED))
    rows = merged(ours, [column(theirs(NOW - 3 * DAY, OK))])
    seed = table(tmp_path / "attempts.parquet", rows)
    log(folder.parent / "yt" / "youtube", seed=seed)
    lines = (folder.parent / "yt" / "youtube" / LOG).read_bytes().splitlines(keepends=True)
    assert sum(b'"withdrawal"' in line for line in lines) == 1
    log(folder)
    assert of_clip(folder).state == State.OK
    upto = next(n for n, line in enumerate(lines, start=1) if b'"withdrawal"' in line)
    (folder / LOG).write_bytes(b"".join(lines[:upto]))
    assert of_clip(folder).state == State.UNRESOLVED
    log(folder, seed=seed)
    assert of_clip(folder).state == State.OK
