"""One log, one cache and one lock for all data sets, in whole runs against the fake YouTube."""

import errno
import itertools
import json
import random
import shutil
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from youtube_project import CANARY, YoutubeProject, youtube_id

from audiophrase import tables
from audiophrase.clips.availability import State
from audiophrase.youtube import asking, engine, ledger
from audiophrase.youtube.attempts import read_table, write_table
from audiophrase.youtube.history import fold
from audiophrase.youtube.view import read_view


def clips(*indices, start_s=3):
    return [(youtube_id(index), start_s) for index in indices]


@pytest.fixture
def other(project):
    """A second data set in the same folder."""
    return YoutubeProject(project.folder, project.fake, "other")


def n_asked(project):
    return {video: counter["page"] for video, counter in project.fake.counts.items()}


def undisturbed(project, tmp_path, rows, scenarios):
    """What a run that nothing disturbs makes: the shard's bytes and the verdicts."""
    twin = YoutubeProject(tmp_path / "undisturbed", project.fake)
    twin.set_up(rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(twin.folder)
        project.fake.configure(scenarios)
        assert twin.retrieve() == 0
        made = twin.pack(), twin.table()
    project.fake.reset()
    project.fake.configure(scenarios)
    return made


def test_a_clip_of_two_data_sets_is_asked_for_once(project, other):
    project.set_up(clips(0, 1, 2))
    other.set_up(clips(1, 2, 3))
    project.fake.configure({youtube_id(2): "removed"})
    assert (project.retrieve(), other.retrieve()) == (0, 0)
    assert n_asked(project) == {CANARY: n_asked(project)[CANARY]} | {
        youtube_id(index): 1 for index in range(4)
    }
    for dataset, own in ((project, (0, 1, 2)), (other, (1, 2, 3))):
        dataset.pack()
        rows = read_table(dataset.data / "attempts.parquet").to_pylist()
        assert {row["clip_id"][1:12] for row in rows} == {youtube_id(index) for index in own}
        states = {row[0][1:12]: row[1] for row in dataset.table()}
        assert states.pop(youtube_id(2)) == State.MISSING
        assert set(states.values()) == {State.OK}


def test_a_data_set_s_own_names_for_clips_are_kept_in_its_tables(project, other):
    project.set_up(clips(0, 1))
    other.set_up(clips(0, 1))
    assert project.retrieve() == 0
    path = other.data / "annotations/clips.parquet"
    rows = tables.read(path, stage="annotations.clips").to_pylist()
    for row in rows:
        row["clip_id"] = f"Ymine-{row['youtube_id']}"
    settings = {"shards": {"train": 1, "val": 1, "test": 1}}
    tables.write(path, pa.Table.from_pylist(rows), stage="annotations.clips", settings=settings)
    project.fake.reset()
    assert other.retrieve() == 0
    assert not project.fake.counts
    assert {row[0] for row in other.table()} == {row["clip_id"] for row in rows}
    other.pack()
    shard = tables.read(other.data / "clips/train-00000.parquet", stage="clips")
    assert shard["state"].to_pylist() == ["ok", "ok"]
    # Elsewhere the log is begun from that table, and knows the clips by the names of all.
    shutil.rmtree("cache")
    assert other.retrieve() == 0
    assert not project.fake.counts
    assert set(fold(other.rows())) == {row[0] for row in project.table()}


def test_a_second_data_set_waits_and_goes_on_with_what_the_first_fetched(project, other):
    project.set_up(clips(*range(8)), {"videos_per_hour": 6_000})
    other.set_up(clips(*range(4, 10)))
    first = project.start()
    while project.n_lookups() < 2:
        time.sleep(0.01)
        assert first.poll() is None
    second = other.start()
    assert f"(pid {first.pid} for 'yt', since 2" in second.stderr.readline()
    assert first.poll() is None
    assert first.wait(timeout=60) == 0
    said = second.communicate(timeout=60)[1]
    assert second.returncode == 0, said
    assert "6 clips: 4 at hand" in said
    asked = n_asked(project)
    assert {youtube_id(index): asked[youtube_id(index)] for index in range(10)} == {
        youtube_id(index): 1 for index in range(10)
    }


def test_whoever_has_nothing_to_ask_does_not_wait(project, other):
    project.set_up(clips(0, 1))
    other.set_up(clips(0))
    assert project.retrieve() == 0
    with ledger.Ledger(Path("cache/youtube"), "other run"):
        assert other.retrieve() == 0
    assert len(other.table()) == 1


def test_ctrl_c_while_waiting_says_how_to_go_on(project):
    project.set_up(clips(0))
    with ledger.Ledger(Path("cache/youtube"), "other run", dataset="other"):
        process = project.start()
        assert "for 'other'" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=20)[1]
    assert process.returncode == 130
    assert "run the same command again" in said
    assert "Traceback" not in said


def test_what_an_earlier_version_fetched_is_not_asked_for_again(project, other, capfd):
    rows = {"yt": clips(*range(4)), "other": clips(*range(3, 7))}
    made = {}
    for dataset in (project, other):
        dataset.set_up(rows[dataset.dataset])
        project.fake.configure({youtube_id(1): "removed", youtube_id(5): "private"})
        assert dataset.retrieve() == 0
        made[dataset.dataset] = dataset.pack(), dataset.table()
        Path(f"of-{dataset.dataset}").mkdir()
        Path("cache/youtube/asked").unlink()  # which earlier versions did not write
        shutil.move("cache/youtube", f"of-{dataset.dataset}/youtube")
    for dataset in (project, other):
        shutil.move(f"of-{dataset.dataset}", f"cache/{dataset.dataset}")
    project.fake.reset()
    capfd.readouterr()
    for dataset in (project, other):
        (dataset.data / "clips/train-00000.parquet").unlink()
        (dataset.data / "attempts.parquet").unlink()
        assert dataset.retrieve("--dry-run") == 0
        assert "nothing to try" in capfd.readouterr().err
    assert not Path("cache/youtube").exists()
    for dataset in (project, other):
        assert dataset.retrieve() == 0
        assert (dataset.pack(), dataset.table()) == made[dataset.dataset]
    assert capfd.readouterr().err.count("took over cache") == 2
    assert not project.fake.counts
    assert not Path("cache/yt/youtube").exists()


def test_a_shard_is_packed_from_sections_that_are_yet_to_be_taken_over(project):
    project.set_up(clips(0, 1))
    assert project.retrieve() == 0
    shard = project.pack()
    Path("cache/yt").mkdir()
    shutil.move("cache/youtube", "cache/yt/youtube")
    (project.data / "clips/train-00000.parquet").unlink()
    assert project.pack() == shard


CACHE, SHARD, ATTEMPTS = "cache", "data/yt/clips", "data/yt/attempts.parquet"
LOST = [lost for n in (1, 2, 3) for lost in itertools.combinations((CACHE, SHARD, ATTEMPTS), n)]


def test_whatever_was_deleted_is_made_again_and_no_more_is_asked_than_needed(project, capfd):
    gone = youtube_id(1)
    project.fake.configure({gone: "removed"})
    project.set_up(clips(0, 1, 2))
    assert project.retrieve() == 0
    made = project.pack(), project.table()
    alive = {CANARY, youtube_id(0), youtube_id(2)}
    asked = {(CACHE, SHARD): alive, (CACHE, ATTEMPTS): {*alive, gone}}
    asked[CACHE, SHARD, ATTEMPTS] = {*alive, gone}
    for lost in LOST:
        for name in lost:
            path = project.folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        project.fake.reset()
        project.fake.configure({gone: "removed"})
        capfd.readouterr()
        assert project.retrieve() == 0
        said = capfd.readouterr().err
        assert ("dvc checkout attempts@yt" in said) == (lost == (CACHE, ATTEMPTS)), said
        assert set(project.fake.counts) == asked.get(lost, set()), lost
        assert (project.pack(), project.table()) == made, lost
        # All of it is there again for the next.
        if CACHE in lost and not asked.get(lost):
            shutil.rmtree(project.folder / SHARD)
            assert project.retrieve() == 0
            project.pack()


@pytest.mark.parametrize(
    "damage",
    [
        "all",
        "cut",
        "nul",
        *(pytest.param(few, marks=pytest.mark.long) for few in ("a line", "half")),
    ],
)
def test_a_damaged_log_needs_no_editor(project, tmp_path, capfd, damage):
    scenarios = {youtube_id(1): "removed", youtube_id(4): "private"}
    rows = clips(*range(6))
    made = undisturbed(project, tmp_path, rows, scenarios)
    project.set_up(rows)
    assert project.retrieve() == 0
    (project.data / "attempts.parquet").unlink()
    log = Path("cache/youtube/attempts.jsonl")
    lines = log.read_bytes().splitlines(keepends=True)
    rng = random.Random(len(damage))
    hit = {
        "a line": [rng.randrange(1, len(lines) - 1)],
        "half": rng.sample(range(len(lines)), len(lines) // 2 + 1),
        "all": range(len(lines)),
    }.get(damage, [])
    bad = [bytes(b ^ 0x80 for b in line[:-1]) + b"\n" for line in lines]
    content = b"".join(bad[i] if i in hit else line for i, line in enumerate(lines))
    if damage == "cut":
        content = content[: -len(lines[-1]) - 7]
    if damage == "nul":
        content += b"\0" * 700
    log.write_bytes(content)
    capfd.readouterr()
    assert project.retrieve("--dry-run") == 0
    assert log.read_bytes() == content
    assert project.retrieve() == 0
    said = capfd.readouterr().err
    assert ("set aside" in said) == (damage != "cut")
    assert "Traceback" not in said
    assert (project.pack(), project.table()) == made
    for line in log.read_bytes().splitlines():
        json.loads(line)
    if hit:
        aside = Path("cache/youtube/attempts.jsonl.damaged").read_bytes()
        assert aside == b"".join(bad[i] for i in sorted(hit))
    project.fake.reset()
    assert project.retrieve() == 0
    assert not project.fake.counts


def shift(monkeypatch, by):
    """Put the clock of a run forward or back."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + by

    for module in (asking, engine, ledger):
        monkeypatch.setattr(module, "datetime", Shifted)


@pytest.mark.parametrize(
    "days",
    [
        pytest.param([1000, -1000, 0], marks=pytest.mark.long),
        [-1000, 1000, 0],
        pytest.param([1000, 0], marks=pytest.mark.long),
        pytest.param([-3, 3, 0], marks=pytest.mark.long),
    ],
)
def test_a_clock_that_is_wrong_for_a_run_changes_nothing(project, tmp_path, days):
    """Each run is blocked at another clip, and so goes on where the last ended."""
    scenarios = {youtube_id(1): "removed", youtube_id(4): "private"}
    rows = clips(*range(8))
    made = undisturbed(project, tmp_path, rows, scenarios)
    project.set_up(rows, {"n_threads": 1})
    for step, by in enumerate(days):
        project.fake.reset()
        project.fake.configure(scenarios)
        if by:  # after a canary and some videos
            project.fake.configure(scenarios, fault="bot-check", n_before_fault=4 + step)
        with pytest.MonkeyPatch.context() as patch:
            shift(patch, timedelta(days=by))
            assert project.retrieve() == (4 if by else 0)
    assert (project.pack(), project.table()) == made


@pytest.mark.parametrize("days", [1000, -1000])
def test_a_clip_that_was_fetched_while_the_clock_was_wrong_is_usable(project, days):
    """It failed with a clock ahead; it was fetched since: the later date does not count."""
    video = youtube_id(0)
    project.set_up(clips(0, 1))
    project.fake.configure({video: "player-500"})
    with pytest.MonkeyPatch.context() as patch:
        shift(patch, timedelta(days=days))
        assert project.retrieve() == 0
    project.fake.reset()
    assert project.retrieve("--recheck") == 0
    assert {row[1] for row in project.table()} == {State.OK}
    project.pack()
    project.fake.reset()
    assert project.retrieve() == 0
    assert not project.fake.counts


def test_a_table_with_a_seed_ahead_of_time_takes_away_no_clip_that_was_fetched_here(project):
    """A colleague's clock was ahead: gone, it says, years after the clip is fetched here."""
    project.set_up(clips(0, 1))
    theirs = {
        "clip_id": f"Y{youtube_id(0)}_3000_13000",
        "number": 1,
        "tried_utc": datetime.now(UTC) + timedelta(days=1000),
        "committed": True,
        "state": "missing",
        "reason": "permanent-removed",
        "permanent": True,
    }
    write_table(project.data / "attempts.parquet", [theirs])
    assert project.retrieve("--recheck") == 0
    assert {row[1] for row in project.table()} == {State.OK}
    shard = project.pack()
    shutil.rmtree("cache")
    project.fake.reset()
    # Their table once more, merged with ours: the shard alone holds the clip now.
    rows = read_table(project.data / "attempts.parquet").to_pylist()
    write_table(project.data / "attempts.parquet", [*rows, theirs | {"message": "gone"}])
    assert project.retrieve() == 0
    assert not project.fake.counts
    assert {row[1] for row in project.table()} == {State.OK}
    assert project.pack() == shard


@pytest.mark.parametrize("place", ["data/yt/clips", "cache", "cache/youtube/sections"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_asked(project, capfd, place):
    project.set_up(clips(0))
    path = project.folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("a file stands where a folder should")
    assert project.retrieve() == 5
    said = capfd.readouterr().err
    assert "nothing can be written into" in said
    assert "What to do: make" in said
    assert not project.fake.counts


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES])
def test_a_cache_that_may_only_be_read_is_no_run_to_be_repeated(
    project, monkeypatch, capfd, number
):
    project.set_up(clips(0))

    def refuse(*_, **__):
        raise OSError(number, "not allowed", "cache/youtube")

    monkeypatch.setattr(ledger, "Lock", refuse)
    assert project.retrieve() == 5
    assert "nothing can be written into cache/youtube: not allowed" in capfd.readouterr().err
    assert not project.fake.counts
    monkeypatch.undo()
    assert not project.rows()


def test_a_run_that_comes_back_too_early_is_warned_and_goes_on(project, capfd):
    project.set_up(clips(0, 1))
    project.fake.configure(fault="bot-check", n_before_fault=2)
    assert project.retrieve() == 4
    assert "Come back" in capfd.readouterr().err
    project.fake.reset()
    assert project.retrieve() == 0
    assert "to be followed by none before 20" in capfd.readouterr().err
    project.set_up(clips(0, 1, 2))
    assert project.retrieve() == 0
    assert "to be followed by none" not in capfd.readouterr().err


def test_a_view_is_read_while_a_run_is_under_way(project):
    project.set_up(clips(*range(10)), {"videos_per_hour": 36_000})
    rows = tables.read(project.data / "annotations/clips.parquet", stage="annotations.clips")
    process = project.start()
    seen = []
    while process.poll() is None:
        seen.append(len(read_view(Path("cache/youtube"), rows.to_pylist())))
        time.sleep(0.02)
    assert process.returncode == 0
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert seen[-1] <= len(project.rows()) == 10


def test_a_view_bears_a_line_that_is_half_written(tmp_path):
    folder = tmp_path / "cache" / "youtube"
    clip = {"clip_id": "YAAAAAAAAAAA_0_10000", "youtube_id": "AAAAAAAAAAA"}
    clip |= {"start_s": 0.0, "end_s": 10.0}
    with ledger.Ledger(folder, "one") as log:
        for state in ("unresolved", "ok"):
            log.record(clip["clip_id"], datetime.now(UTC), {"state": state, "sha256": "0" * 64})
    path = folder / "attempts.jsonl"
    whole = path.read_bytes()
    for n_bytes in range(1, len(whole) + 1):
        path.write_bytes(whole[:n_bytes])
        rows = read_view(folder, [clip])
        assert len(rows) in (whole[:n_bytes].count(b"\n"), whole[: n_bytes + 1].count(b"\n"))
        assert path.read_bytes() == whole[:n_bytes]
