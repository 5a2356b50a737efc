"""The audit from the log alone: while a retrieval runs, after it, and beside an older table."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from youtube_project import youtube_id

from audiophrase import tables
from audiophrase.clips.availability import State, availability_table
from audiophrase.commands.audit import audit
from audiophrase.errors import AudiophraseError
from audiophrase.youtube import engine
from audiophrase.youtube.history import ClipHistory, fold
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.so_far import goes_beyond, is_running, so_far

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CLIPS = [
    {
        "clip_id": f"Y{youtube_id(i)}_0_10000",
        "youtube_id": youtube_id(i),
        "start_s": 0.0,
        "end_s": 10.0,
        "split": split,
    }
    for i, split in enumerate(("train", "train", "train", "train", "val", "test"))
]


def history(i: int, state: State, **values) -> ClipHistory:
    values = {"n_attempts": 1, "last_tried_utc": NOW - timedelta(days=i)} | values
    return ClipHistory(CLIPS[i]["clip_id"], state=state, **values)


def test_what_was_tried_is_told_apart_from_what_is_left():
    known = [
        history(1, State.OK),
        history(2, State.UNRESOLVED, n_failures=1),
        history(3, State.UNRESOLVED, n_failures=2),
        history(4, State.MISSING, permanent=True, reason="permanent-removed", n_attempts=3),
    ]
    log = so_far(CLIPS, CLIPS[:5], {h.clip_id: h for h in known}, n_attempts=2, now=NOW)
    assert [row["state"] for row in log.rows] == ["ok", "unresolved", "unresolved", "missing"]
    assert [row["permanent"] for row in log.rows] == [None, False, False, True]
    assert (log.n_clips, log.n_elsewhere) == ({"train": 4, "val": 1}, 1)
    assert log.n_left == {"train": 2}, "one never tried, one to be tried again"
    assert log.last_tried_utc == NOW - timedelta(days=1)


def test_a_table_that_knows_all_attempts_is_not_behind_the_log():
    histories = {h.clip_id: h for h in (history(0, State.OK), history(1, State.MISSING))}
    rows = {c["clip_id"]: c | {"state": "ok", "reason": None, "message": None} for c in CLIPS[:2]}
    table = availability_table(CLIPS[:2], rows, source="youtube", histories=histories).to_pylist()
    assert not goes_beyond(histories, table)
    assert not goes_beyond({}, table)
    assert goes_beyond({"Yother_0_1": history(5, State.OK)}, table)
    again = history(1, State.MISSING, n_attempts=2)
    assert goes_beyond(histories | {again.clip_id: again}, table)
    table[1] |= {"source": "local", "attempts": 1}
    assert not goes_beyond(histories | {again.clip_id: again}, table), "the folder had it"


def show(capsys, *arguments: str) -> str:
    capsys.readouterr()
    audit.main(["yt", *arguments], standalone_mode=False)
    return capsys.readouterr().out


def test_the_audit_during_a_retrieval_and_after_it(project, capsys):
    videos = [youtube_id(i) for i in range(4)]
    project.fake.configure({videos[1]: "removed"})
    project.set_up([(video, 0.0) for video in videos])
    said = show(capsys)
    assert "nothing is being fetched here; nothing was tried yet" in said
    assert re.search(r"(?m)^train +0 of 4 \(0\.0 %\) +0 +0 +4 +4$", said)

    project.retrieve()
    said = show(capsys, "--export", "missing.csv")
    assert "from the log of attempts; nothing is being fetched here; last attempt 20" in said
    assert re.search(r"(?m)^train +3 of 4 \(75\.0 %\) +1 +0 +0 +0$", said)
    assert re.search(r"(?m)^missing +permanent-removed +no +1 +0 +0 +1 +25\.0 %", said)
    assert "paper" not in said
    assert "permanent-removed,True" in (project.folder / "missing.csv").read_text()
    assert not list((project.folder / "data/yt").glob("clips/*")), "nothing was packed"

    # While another process writes the log, the last line half there.
    folder = engine.Places.of("yt").cache
    with Ledger(folder, "another"):
        log = folder / "attempts.jsonl"
        before = log.read_bytes()
        log.write_bytes(before + b'{"kind": "attempt", "run": "another", "clip')
        said = show(capsys)
        assert "clips are being fetched here" in said
        assert re.search(r"(?m)^train +3 of 4", said)
        assert log.read_bytes().startswith(before)


def test_clips_of_a_folder_are_told_apart_and_one_not_named_is_no_fault(project, capsys):
    project.set_up([(youtube_id(i), 0.0) for i in range(3)])
    path = project.folder / "params.yaml"
    document = yaml.safe_load(path.read_text())
    document["datasets"]["yt"]["clips"] = ["local", "youtube"]
    path.write_text(yaml.safe_dump(document))
    with pytest.raises(AudiophraseError, match="there is no data/yt/availability"):
        show(capsys)
    (project.folder / "archive").mkdir()
    (project.folder / f"archive/Y{youtube_id(1)}.wav").touch()
    document["datasets"]["yt"]["retrieve"]["folder"] = "archive"
    path.write_text(yaml.safe_dump(document))
    said = show(capsys)
    assert re.search(r"(?m)^train +0 of 2 ", said)
    assert "In the folder, and not asked of YouTube: 1 more." in said


def test_a_table_of_availability_holds_until_the_log_says_more(project, capsys):
    videos = [youtube_id(i) for i in range(2)]
    project.fake.configure({videos[1]: "removed"})
    project.set_up([(video, 0.0) for video in videos])
    project.retrieve()
    clips = tables.read(
        project.folder / "data/yt/annotations/clips.parquet", stage="annotations.clips"
    )
    histories = fold(project.rows())
    shard = {h.clip_id: {"clip_id": h.clip_id, "state": str(h.state)} for h in histories.values()}
    for row in shard.values():
        row |= {"reason": None, "message": None}
    table = availability_table(clips.to_pylist(), shard, source="youtube", histories=histories)
    tables.write(
        project.folder / "data/yt/availability.parquet", table, stage="availability", settings={}
    )
    assert show(capsys).startswith("Availability of the clips: yt\n")
    project.retrieve("--recheck")
    assert show(capsys).startswith("Availability of the clips so far: yt\n")


def test_a_lock_that_is_not_there_or_not_ours_to_open(tmp_path, monkeypatch):
    assert is_running(tmp_path) is False
    with Ledger(tmp_path, "run"):
        assert is_running(tmp_path) is True
    assert is_running(tmp_path) is False
    monkeypatch.setattr("fcntl.flock", lambda *_: (_ for _ in ()).throw(OSError(37, "no locks")))
    assert is_running(tmp_path) is None
