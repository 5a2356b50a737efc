import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from audiophrase import tables
from audiophrase.clips.availability import State
from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.youtube.attempts import SCHEMA, SETTINGS, read_table, write_table
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.history import fold
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.plan import plan
from audiophrase.youtube.section_files import read_section, sections_at_hand

START = datetime(2026, 1, 1, tzinfo=UTC)
REMOVED = {
    "state": "missing",
    "reason": "permanent-removed",
    "permanent": True,
    "message": "This video has been removed by the uploader",
}
LIMITED = {
    "state": "unresolved",
    "reason": "rate-limited",
    "permanent": False,
    "message": "HTTP Error 429",
}
BARE = {
    "state": "unresolved",
    "reason": "unknown",
    "permanent": False,
    "message": "Video unavailable",
    "evidence": Evidence("page", errors=("Video unavailable",)).to_json(),
}
OK = {"state": "ok", "format": "251", "bytes": 7}
CLIP, OTHER = "YAAAAAAAAAAA_0_10000", "Y-BBBBBBBBBB_500_10500"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "cache" / "youtube"


def row(values, hours=0, clip_id=CLIP, committed=True):
    tried = START + timedelta(hours=hours)
    return {
        "clip_id": clip_id,
        "tried_utc": tried,
        "source": "youtube",
        "committed": committed,
    } | values


def state(*rows):
    return fold(rows)[rows[0]["clip_id"]].state


def test_failures_count_only_between_two_passing_canaries_of_one_run(folder):
    with Ledger(folder, "one") as ledger:
        ledger.record(CLIP, START, REMOVED)  # before any canary
        ledger.canaries(["C"])
        ledger.record(CLIP, START, REMOVED)
        ledger.record(OTHER, START, LIMITED)
        assert fold(ledger.rows())[CLIP].state == State.UNRESOLVED
        ledger.canaries(["C"])
        ledger.record("YCCCCCCCCCCC_0_1", START, REMOVED)
        ledger.canaries(["C"], "Sign in to confirm you're not a bot")
        ledger.record("YDDDDDDDDDDD_0_1", START, REMOVED)
        ledger.canaries(["C"])
    with Ledger(folder, "two") as ledger:
        ledger.record("YEEEEEEEEEEE_0_1", START, REMOVED)
        ledger.canaries(["C"])
        histories = fold(ledger.rows())
    assert [row["committed"] for row in read_log(folder)] == [
        False,
        True,
        True,
        False,
        False,
        False,
    ]
    assert {clip: h.state for clip, h in histories.items()} == {
        CLIP: State.MISSING,
        OTHER: State.UNRESOLVED,
        "YCCCCCCCCCCC_0_1": State.UNRESOLVED,
        "YDDDDDDDDDDD_0_1": State.UNRESOLVED,
        "YEEEEEEEEEEE_0_1": State.UNRESOLVED,
    }
    assert (histories[CLIP].n_attempts, histories[CLIP].permanent) == (2, True)
    assert (histories[OTHER].n_failures, histories["YCCCCCCCCCCC_0_1"].n_failures) == (1, 0)


def test_a_recheck_may_reverse_a_verdict_but_a_transient_cause_may_not():
    assert state(row(REMOVED)) == State.MISSING
    assert state(row(REMOVED), row(LIMITED, 1)) == State.MISSING
    assert state(row(REMOVED), row(OK, 1)) == State.OK
    assert state(row(OK), row(REMOVED, 1)) == State.MISSING  # its section was lost
    assert state(row(OK), row(LIMITED, 1)) == State.UNRESOLVED
    assert (
        state(row(REMOVED), row({"state": "geo_blocked", "reason": "geo-blocked"}, 1))
        == "geo_blocked"
    )
    assert state(row(REMOVED, committed=False)) == State.UNRESOLVED
    history = fold([row(LIMITED), row(REMOVED, 1), row(OK, 2)])[CLIP]
    assert history.n_attempts == 3
    assert history.last_tried_utc - history.first_tried_utc == timedelta(hours=2)


def test_a_bare_unavailable_counts_when_seen_twice_a_day_apart():
    assert state(row(BARE)) == State.UNRESOLVED
    assert state(row(BARE), row(BARE, 23)) == State.UNRESOLVED
    assert state(row(BARE), row(BARE, 24)) == State.MISSING
    assert state(row(BARE), row(BARE, 12), row(BARE, 25)) == State.MISSING
    assert state(row(BARE), row(BARE, 25, committed=False)) == State.UNRESOLVED
    assert state(row(BARE, committed=False), row(BARE, 25)) == State.UNRESOLVED
    assert state(row(BARE), row(OK, 1), row(BARE, 25)) == State.UNRESOLVED
    plays = Evidence(
        "page", (PlayerAnswer("tv", "OK", None, None, None, 0),), errors=("Video unavailable",)
    )
    contradicted = BARE | {"evidence": plays.to_json()}
    assert state(row(contradicted), row(contradicted, 25)) == State.UNRESOLVED
    assert state(row(BARE), row(contradicted, 1), row(BARE, 30)) == State.UNRESOLVED
    history = fold([row(BARE), row(BARE, 30)])[CLIP]
    assert (history.reason, history.permanent) == ("unknown", False)


def test_the_day_after_a_bare_unavailable_all_attempts_are_made_and_no_more():
    clip = {"clip_id": CLIP, "youtube_id": CLIP[1:12], "start_s": 0.0, "end_s": 10.0}

    def n_tries(*rows, hours):
        now = START + timedelta(hours=hours)
        planned = plan([clip], fold(rows), set(), n_attempts=3, recheck=False, now=now)
        return sum(c.n_tries for job in planned.jobs for c in job.clips)

    assert n_tries(row(LIMITED), row(BARE), hours=1) == 0
    assert n_tries(row(LIMITED), row(BARE), hours=25) == 3
    assert n_tries(row(BARE), *[row(LIMITED, 25)] * 2, hours=50) == 1
    assert n_tries(row(BARE), *[row(LIMITED, 25)] * 3, hours=50) == 0


def test_clips_that_no_network_was_asked_for_fold_too():
    values = {"clip_id": CLIP, "state": "missing", "reason": "no-file", "source": "local"}
    assert fold([values])[CLIP].state == State.MISSING


def test_a_section_is_logged_then_published_and_checked(folder):
    with Ledger(folder, "one") as ledger:
        ledger.publish(CLIP, b"flac", START, OK)
        ledger.publish(OTHER, b"other", START, OK)
        histories = fold(ledger.rows())
    assert read_section(folder, CLIP, histories[CLIP].sha256) == b"flac"
    (folder / "sections" / f"{OTHER}.flac").write_bytes(b"flipped")
    digests = {clip: (history.sha256,) for clip, history in histories.items()}
    assert sections_at_hand(folder, digests, {}) == {CLIP: histories[CLIP].sha256}
    with Ledger(folder, "two") as ledger, pytest.raises(ArtifactError, match="no clip id"):
        ledger.publish("Y../../x_0_1", b"", START, OK)


@pytest.mark.parametrize("torn", [b'{"kind": "attempt", "run"', b'{"ki'])
def test_a_torn_last_line_is_dropped_and_the_next_begins_anew(folder, torn):
    with Ledger(folder, "one") as ledger:
        ledger.record(CLIP, START, LIMITED)
    log = folder / "attempts.jsonl"
    whole = log.read_bytes()
    log.write_bytes(whole + torn)
    (folder / "sections" / f".{CLIP}.flac.partial").write_bytes(b"half")
    assert len(read_log(folder)) == 1
    with Ledger(folder, "two") as ledger:
        ledger.record(CLIP, START, OK)
    assert log.read_bytes().startswith(whole)
    assert [row["number"] for row in read_log(folder)] == [1, 2]
    assert not list((folder / "sections").iterdir())


@pytest.mark.parametrize(
    "damage",
    [
        b"{\n",
        b"[]\n",
        b'{"kind": 1}\n',
        b'{"kind": "canaries", "run": "one"}\n',
        b'{"kind": "attempt", "run": "one", "clip_id": "YA_0_1", "state": "ok", "tried_utc": "x"}\n',
    ],
)
def test_a_damaged_line_is_set_aside_wherever_it_stands(folder, damage, capsys):
    with Ledger(folder, "one") as ledger:
        ledger.record(CLIP, START, LIMITED)
    log, aside = folder / "attempts.jsonl", folder / "attempts.jsonl.damaged"
    whole = log.read_bytes()
    for content in (damage + whole, whole + damage):
        log.write_bytes(content)
        assert len(read_log(folder)) == 1
        assert log.read_bytes() == content
        with Ledger(folder, "two") as ledger:
            ledger.record(OTHER, START, LIMITED)
        assert "1 line of" in capsys.readouterr().err
        assert aside.read_bytes() == damage
        assert [row["clip_id"] for row in read_log(folder)] == [CLIP, OTHER]
        with Ledger(folder, "three"):
            pass
        assert capsys.readouterr().err == ""


def test_a_damaged_line_may_have_been_a_canary_that_failed(folder):
    with Ledger(folder, "one") as ledger:
        ledger.canaries(["C"])
        ledger.record(CLIP, START, REMOVED)
        ledger.canaries(["C"], "blocked")
        ledger.canaries(["C"])
    log = folder / "attempts.jsonl"
    log.write_bytes(log.read_bytes().replace(b'"passed": false', b'"passed": fal e'))
    for _ in range(2):
        assert fold(read_log(folder))[CLIP].state == State.UNRESOLVED
        with Ledger(folder, "two"):
            pass
    assert b"fal e" in (folder / "attempts.jsonl.damaged").read_bytes()


def test_a_last_line_whose_end_an_editor_took_is_kept(folder):
    with Ledger(folder, "one") as ledger:
        ledger.record(CLIP, START, LIMITED)
    log = folder / "attempts.jsonl"
    log.write_bytes(log.read_bytes()[:-1])
    with Ledger(folder, "two") as ledger:
        ledger.record(CLIP, START, OK)
    assert [row["number"] for row in read_log(folder)] == [1, 2]


@pytest.mark.parametrize(
    "changed",
    [
        {"bytes": "7"},
        {"http_status": 2**40},
        {"permanent": "yes"},
        {"sha256": 7},
        {"message": "\\ud800"},
        {"tried_utc": "2026-01-01T00:00:00"},
    ],
)
def test_a_line_that_makes_no_row_of_the_table_is_a_damaged_one(folder, tmp_path, changed):
    with Ledger(folder, "one") as ledger:
        ledger.record(CLIP, START, LIMITED)
    log = folder / "attempts.jsonl"
    line = json.dumps(json.loads(log.read_text()) | changed).replace("\\\\", "\\")
    log.write_text(log.read_text() + line + "\n")
    with Ledger(folder, "two") as ledger:
        assert len(ledger.rows()) == 1
    assert (folder / "attempts.jsonl.damaged").read_text() == line + "\n"
    write_table(tmp_path / "attempts.parquet", read_log(folder))


def test_a_closed_ledger_writes_into_no_other_file(folder, tmp_path):
    ledger = Ledger(folder, "one")
    ledger.close()
    with (tmp_path / "other").open("wb"), pytest.raises(OSError, match="Bad file"):
        ledger.record(CLIP, START, LIMITED)
    assert (tmp_path / "other").read_bytes() == b""


def test_one_process_at_a_time(folder):
    with Ledger(folder, "one"), pytest.raises(AudiophraseError, match="another process"):
        Ledger(folder, "two")
    Ledger(folder, "three").close()


def test_a_full_disk_leaves_whole_lines(folder):
    script = """
import resource, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from audiophrase.youtube.ledger import Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
ledger = Ledger(Path(sys.argv[1]), "one")
try:
    for _ in range(100):
        ledger.record("YAAAAAAAAAAA_0_1", datetime.now(UTC), {"state": "ok"})
except OSError as error:
    print(error.errno)
"""
    done = subprocess.run(
        [sys.executable, "-c", script, folder], check=False, capture_output=True, text=True
    )
    assert done.stdout.strip() == "27", done.stderr
    content = (folder / "attempts.jsonl").read_text()
    assert content.endswith("\n")
    assert all(json.loads(line) for line in content.splitlines())


def test_a_full_disk_neither_loses_damaged_lines_nor_takes_half_over(folder, tmp_path):
    old = tmp_path / "cache" / "one" / "youtube"
    for place in (folder, old):
        with Ledger(place, "one") as ledger:
            for clip in (CLIP, OTHER):
                ledger.publish(clip, b"flac of a section", START, OK)
    (folder / "sections" / f"{CLIP}.flac").unlink()
    log = folder / "attempts.jsonl"
    log.write_bytes(b"damaged\n" + log.read_bytes())
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    script = """
import resource, signal, sys
from pathlib import Path
from audiophrase.youtube.ledger import Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    Ledger(Path(sys.argv[1]), "two")
except OSError as error:
    print(error.errno)
"""
    for limit in (4, 200, len(before[log]) + 9):
        command = [sys.executable, "-c", script, folder, str(limit)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        assert done.stdout.strip() == "27", done.stderr
        assert len(read_log(folder)) == 4
        assert (limit > 200) or all(path.read_bytes() == was for path, was in before.items())
    with Ledger(folder, "three") as ledger:
        assert len(ledger.rows()) == 4
    assert (folder / "attempts.jsonl.damaged").read_bytes() == b"damaged\n"
    assert not old.exists()
    assert len(list((folder / "sections").iterdir())) == 2


def test_kill_9_leaves_a_log_that_names_every_section(folder):
    script = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from audiophrase.youtube.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]), "one")
for i in range(100_000):
    ledger.publish(f"YAAAAAAAAAAA_{i}_1", b"x" * 5000, datetime.now(UTC), {"state": "ok"})
"""
    for delay_s in (0.05, 0.15, 0.25):
        process = subprocess.Popen([sys.executable, "-c", script, folder])
        log = folder / "attempts.jsonl"
        size = log.stat().st_size if log.exists() else 0
        while not log.exists() or log.stat().st_size == size:
            time.sleep(0.01)
            assert process.poll() is None
        time.sleep(delay_s)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with Ledger(folder, "two") as ledger:
            histories = fold(ledger.rows())
        published = {path.stem for path in (folder / "sections").iterdir()}
        assert published
        digests = {clip: (history.sha256,) for clip, history in histories.items()}
        assert set(sections_at_hand(folder, digests, {})) == published
        assert len(histories) - len(published) <= 1


def test_attempts_parquet_and_a_log_begun_from_it(folder, tmp_path):
    with Ledger(folder, "one") as ledger:
        ledger.canaries(["C"])
        ledger.record(
            CLIP, START, REMOVED | {"evidence": "{}", "http_status": 200, "cookies": False}
        )
        ledger.canaries(["C"])
        ledger.record(OTHER, START, REMOVED)
        ledger.publish("YCCCCCCCCCCC_0_1", b"flac", START, OK)
        rows = ledger.rows()
    table = tmp_path / "attempts.parquet"
    write_table(table, rows)
    assert read_table(table).schema.names == SCHEMA.names
    assert fold(read_table(table).to_pylist()) == fold(rows)
    elsewhere = tmp_path / "elsewhere"
    with Ledger(elsewhere, "two", seed=table) as ledger:
        assert ledger.rows() == rows
        ledger.record(CLIP, START, OK)
        assert ledger.rows()[-1]["number"] == 2
    with Ledger(elsewhere, "three", seed=table) as ledger:
        assert len(ledger.rows()) == 4


def test_what_another_machine_found_is_added_to_a_log_and_takes_its_place_in_time(folder, tmp_path):
    """Here a run was blocked at once; meanwhile a colleague has fetched, and has found one gone."""
    with Ledger(folder, "one") as ledger:
        ledger.canaries(["C"], "Sign in to confirm you're not a bot")
        ledger.record(CLIP, START + timedelta(hours=2), LIMITED)
    table = tmp_path / "attempts.parquet"
    theirs = [row(REMOVED), row(OK | {"sha256": "0" * 64}, clip_id=OTHER), row(REMOVED, 1)]
    write_table(table, theirs)
    assert len(read_log(folder)) == 1
    assert len(read_log(folder, table)) == 4
    with Ledger(folder, "two", seed=table) as ledger:
        rows = ledger.rows()
    assert [r["tried_utc"] for r in rows] == sorted(r["tried_utc"] for r in rows)
    histories = fold(rows)
    assert (histories[CLIP].state, histories[CLIP].n_attempts) == (State.MISSING, 3)
    assert histories[OTHER].state == State.OK
    assert read_log(folder) == rows


@pytest.mark.parametrize("changed", [{"clip_id": "../../etc/passwd"}, {"state": "gone"}])
def test_a_table_of_something_else_is_refused(tmp_path, changed):
    table = tmp_path / "attempts.parquet"
    good = {"clip_id": CLIP, "number": 1, "tried_utc": START, "state": "ok", "evidence": "no JSON"}
    write_table(table, [good])
    assert fold(read_table(table).to_pylist())[CLIP].state == State.OK
    write_table(table, [good, good | changed])
    with pytest.raises(ArtifactError, match="does not hold attempts"):
        read_table(table)


def test_a_table_of_attempts_from_before_a_column_was_added_is_read(tmp_path):
    path, older = tmp_path / "attempts.parquet", tmp_path / "older.parquet"
    write_table(path, [{name: None for name in SCHEMA.names} | {"clip_id": CLIP, "state": "ok"}])
    since = ["audio_track", "language", "chosen_by", "session"]
    tables.write(
        older,
        tables.read(path, stage="attempts", settings=SETTINGS).drop_columns(since),
        stage="attempts",
        settings=SETTINGS,
    )
    assert read_table(older).to_pylist() == read_table(path).to_pylist()
