"""What data sets had each for itself before there was one log of them all."""

import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from audiophrase.clips.availability import State
from audiophrase.youtube import log_lines, takeover
from audiophrase.youtube.history import fold
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.lock import Busy, Lock
from audiophrase.youtube.section_files import read_section, sections_at_hand
from audiophrase.youtube.view import fetched_digests

START = datetime(2026, 1, 1, tzinfo=UTC)
OK = {"state": "ok", "reason": None}
REMOVED = {"state": "missing", "reason": "permanent-removed", "permanent": True}
CLIPS = [f"YAAAAAAAAAA{index}_0_10000" for index in range(8)]


def made_earlier(cache: Path, dataset: str, clips, hours: int = 0) -> Path:
    """A log and sections as earlier versions left them: the last clip is gone, the rest fetched."""
    folder = cache / dataset / "youtube"
    tried = START + timedelta(hours=hours)
    with Ledger(folder, f"run of {dataset}") as ledger:
        ledger.canaries(["C"])
        for clip in clips[:-1]:
            ledger.publish(clip, f"{clip} {dataset}".encode(), tried, OK)
        ledger.record(clips[-1], tried, REMOVED)
        ledger.canaries(["C"])
    return folder


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def verdicts(folder):
    return {clip: (h.state, h.sha256) for clip, h in fold(read_log(folder)).items()}


def all_at_hand(folder):
    return set(sections_at_hand(folder, fetched_digests(read_log(folder)), {}))


def test_logs_and_sections_of_every_data_set_are_taken_over(cache, capsys):
    made_earlier(cache, "one", CLIPS[:4])
    made_earlier(cache, "two", CLIPS[4:])
    shared = cache / "youtube"
    before = verdicts(shared)
    assert set(before) == set(CLIPS), "a reader sees them before they are taken over"
    assert [state for state, _ in before.values()].count(State.MISSING) == 2
    assert not shared.exists(), "and writes nothing"
    assert all_at_hand(shared) == {*CLIPS[:3], *CLIPS[4:7]}
    with Ledger(shared, "new"):
        pass
    said = capsys.readouterr().err
    assert said.count("\n") == 2
    assert f"took over {cache / 'one' / 'youtube'}: 4 attempts, 3 sections" in said
    assert verdicts(shared) == before
    assert all_at_hand(shared) == {*CLIPS[:3], *CLIPS[4:7]}
    assert [path.name for path in sorted(cache.rglob("*/youtube"))] == []
    with Ledger(shared, "newer"):
        pass
    assert capsys.readouterr().err == ""
    assert verdicts(shared) == before


STEPS = range(16)


@pytest.mark.parametrize("n_steps", STEPS)
def test_a_death_at_any_step_loses_and_repeats_nothing(cache, monkeypatch, n_steps):
    """Killed at each of the changes to the disk in turn; readers see everything at every moment."""
    made_earlier(cache, "one", CLIPS[:4])
    made_earlier(cache, "two", CLIPS[4:])
    shared = cache / "youtube"
    before, n_rows = verdicts(shared), len(read_log(shared))

    class Killed(BaseException):
        pass

    left = [n_steps]

    def dying(method):
        def step(*arguments, **keywords):
            if not left[0]:
                raise Killed
            left[0] -= 1
            return method(*arguments, **keywords)

        return step

    with monkeypatch.context() as patch:
        for name in ("replace", "unlink", "rmdir"):
            patch.setattr(Path, name, dying(getattr(Path, name)))
        try:
            Ledger(shared, "killed").close()
        except Killed:
            pass
        else:
            assert n_steps == STEPS[-1], "more steps are to be tried"
    for _ in range(2):
        assert verdicts(shared) == before
        assert len(read_log(shared)) == n_rows
        assert all_at_hand(shared) == {*CLIPS[:3], *CLIPS[4:7]}
        with Ledger(shared, "next"):
            pass
    assert not list((cache / "one" / "youtube").glob("*"))


def test_a_clip_that_two_data_sets_fetched_is_kept_once_and_usable(cache):
    made_earlier(cache, "one", CLIPS[:3])
    made_earlier(cache, "two", CLIPS[1:4], hours=1)
    shared = cache / "youtube"
    with Ledger(shared, "new"):
        pass
    rows = read_log(shared)
    assert len(rows) == 6
    assert CLIPS[1] in all_at_hand(shared)
    assert fold(rows)[CLIPS[2]].state == State.OK, (
        "gone for one, fetched an hour later for the other"
    )


def test_a_good_section_is_not_replaced_by_a_damaged_one(cache):
    old = made_earlier(cache, "one", CLIPS[:3])
    shared = cache / "youtube"
    shared.mkdir()
    (shared / "sections").mkdir()
    for folder, content in ((shared, f"{CLIPS[0]} one"), (old, "damaged"), (shared, "damaged")):
        clip = CLIPS[1] if folder == shared and content == "damaged" else CLIPS[0]
        (folder / "sections" / f"{clip}.flac").write_text(content)
    with Ledger(shared, "new"):
        pass
    assert all_at_hand(shared) == set(CLIPS[:2])


def test_torn_and_damaged_lines_of_an_earlier_log_do_no_harm(cache, capsys):
    old = made_earlier(cache, "one", CLIPS[:4])
    log = old / "attempts.jsonl"
    log.write_bytes(b"what is this\n" + log.read_bytes() + b'{"kind": "attempt", "ru')
    (old / "sections" / f".{CLIPS[0]}.flac.partial").write_bytes(b"half")
    shared = cache / "youtube"
    with Ledger(shared, "new"):
        pass
    assert "1 line of" in capsys.readouterr().err
    assert (shared / "attempts.jsonl.damaged").read_bytes() == b"what is this\n"
    assert len(read_log(shared)) == 4
    assert not old.exists()


def test_sections_are_copied_where_they_cannot_be_renamed(cache, monkeypatch):
    made_earlier(cache, "one", CLIPS[:3])
    whole = Path.replace

    def replace(path, target):
        if "/one/" in str(path):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return whole(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    shared = cache / "youtube"
    with Ledger(shared, "new") as ledger:
        digests = fetched_digests(ledger.rows())
    assert all_at_hand(shared) == set(CLIPS[:2])
    assert read_section(shared, CLIPS[0], *digests[CLIPS[0]]) == f"{CLIPS[0]} one".encode()
    assert not (cache / "one" / "youtube").exists()


def test_what_is_not_ours_is_left_alone(cache):
    old = made_earlier(cache, "one", CLIPS[:3])
    (old / "sections" / "notes.txt").write_text("mine")
    (cache / "foreign" / "youtube").mkdir(parents=True)
    (cache / "foreign" / "youtube" / "film").touch()
    shared = cache / "youtube"
    for run in ("new", "newer"):
        with Ledger(shared, run):
            pass
    assert [path.name for path in old.rglob("*") if path.is_file()] == ["notes.txt"]
    assert [path.name for path in (cache / "foreign" / "youtube").iterdir()] == ["film"]


def test_an_earlier_version_that_is_at_work_is_not_disturbed(cache):
    old = made_earlier(cache, "one", CLIPS[:3])
    lock = Lock(old / "lock", "", wait=False)
    with pytest.raises(Busy):
        Ledger(cache / "youtube", "new")
    assert (old / "attempts.jsonl").exists()
    lock.release()
    with Ledger(cache / "youtube", "new"):
        pass
    assert not old.exists()


def test_the_same_line_twice_stays_twice(cache):
    old = cache / "one" / "youtube"
    with Ledger(old, "run") as ledger:
        for _ in range(2):
            ledger.note("stop", cause="x")
    twice = log_lines.read(old / "attempts.jsonl").lines
    same = [twice[0], dict(twice[0])]
    earlier = takeover.Earlier(old, log_lines.Log(same))
    assert len(earlier.missing_from([])) == 2
    assert len(earlier.missing_from([{**twice[0], "origin": "one"}])) == 1
