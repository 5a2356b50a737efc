"""Logs in which something is not as it was written: what still counts, and that nothing stops."""

import json
from datetime import UTC, datetime

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube.history import fold
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.log_lines import LOG
from audiophrase.youtube.sessions import told_of_sessions

START = datetime(2026, 1, 1, tzinfo=UTC)
CLIP = "YAAAAAAAAAAA_0_10000"
REMOVED = {"state": "missing", "reason": "permanent-removed", "permanent": True}
DAMAGE = b'{"kind": "canaries", "run": "one", "passed": fal\n'


def made_log(folder):
    """A log in which a clip was found removed, between canaries that played."""
    with Ledger(folder, "one") as ledger:
        ledger.canaries(["C"])
        ledger.record(CLIP, START, REMOVED)
        ledger.canaries(["C"])
    return folder / LOG


@pytest.mark.parametrize("dataset", ["", "one"])
def test_nothing_counts_that_a_damaged_line_may_have_spoken_against(tmp_path, dataset):
    """Nor where the log is a data set's own, and is taken over."""
    shared = tmp_path / "cache" / "youtube"
    log = made_log(tmp_path / "cache" / dataset / "youtube")
    assert fold(read_log(shared))[CLIP].state == State.MISSING
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([*lines[:2], DAMAGE, *lines[2:]]))
    assert fold(read_log(shared))[CLIP].state == State.UNRESOLVED
    for _ in range(2):  # it is taken over, then read again
        with Ledger(shared, "two") as ledger:
            assert fold(ledger.rows())[CLIP].state == State.UNRESOLVED


RENEWAL = {"session": "1", "by": "2", "cause": "bot-check", "message": None}
PUT_LAST = {"youtube_id": "A", "cause": "bot-check"}


@pytest.mark.parametrize(
    ("kind", "values", "changed"),
    [
        *(("renewal", RENEWAL, {key: value}) for key in RENEWAL for value in (..., 5, [])),
        *(("put-last", PUT_LAST, {key: value}) for key in PUT_LAST for value in (..., 5, [])),
        ("renewal", RENEWAL, {"utc": 5}),
        ("renewal", RENEWAL, {"message": 5}),
        ("come-back", {"after": START.isoformat()}, {"after": ...}),
        ("canaries", {"passed": True}, {"passed": 1}),
        ("canaries", {"passed": True}, {"session": ["1"]}),
        ("attempt", {"clip_id": CLIP, "tried_utc": None, "state": "ok"}, {"batch": ["1"]}),
        ("attempt", {"clip_id": CLIP, "tried_utc": None, "state": "ok"}, {"origin": {}}),
    ],
)
def test_a_line_without_what_its_kind_has_is_a_damaged_one(tmp_path, capsys, kind, values, changed):
    """Whatever was edited: no run stops at it, and none needs an editor."""
    folder = tmp_path / "cache" / "youtube"
    log = made_log(folder)
    good = {"kind": kind, "run": "one", "utc": START.isoformat()} | values
    bad = {key: value for key, value in (good | changed).items() if value is not ...}
    before = log.read_bytes()
    for line, said in ((good, ""), (bad, "1 line of")):
        log.write_bytes(before + json.dumps(line).encode() + b"\n")
        with Ledger(folder, "two") as ledger:
            told_of_sessions(
                ledger.notes("renewal"), ledger.notes("put-last"), ledger.notes("attempt")
            )
            ledger.come_back_after()
            ledger.rows()
        assert said in capsys.readouterr().err
        assert (folder / f"{LOG}.damaged").exists() == bool(said)
