"""Videos that were fetched before, where canaries may be all that plays: whose, and how many."""

from pathlib import Path

import youtube_world
from youtube_world import TIMED_OUT, World, datetime_utc, jobs

from audiophrase.clips.availability import State
from audiophrase.youtube.attempts import COLUMNS, write_table
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.canaries import N_FETCHED
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.ledger import Ledger

GONE = Evidence("page", errors=("Video unavailable",))
LATER = [job.youtube_id for job in jobs(90)[5:]]


def later_fail(**answers):
    """A world where the first five videos can be had, and of the others none."""
    return World({video: [TIMED_OUT] * 3 for video in LATER} | answers)


def seeded(folder: Path, *videos: str) -> Path:
    """A ledger that knows from a table of another lab that it fetched videos."""
    values = {"tried_utc": datetime_utc(), "state": "ok", "source": "youtube", "sha256": "ab" * 32}
    rows = [dict.fromkeys(COLUMNS) | values | {"clip_id": f"Y{video}_0_10"} for video in videos]
    write_table(folder / "attempts.parquet", rows)
    with Ledger(folder / "cache", "earlier", folder / "attempts.parquet"):
        pass
    return folder / "cache"


def test_what_another_lab_fetched_is_no_witness(tmp_path):
    world = later_fail(OTHERLAB_xx=[GONE] * 99)
    folder = seeded(tmp_path, "OTHERLAB_xx")
    with Ledger(folder, "later") as ledger:
        assert ledger.fetched_here(3) == []
    stop, _, _ = youtube_world.work(folder, world, jobs(90)[5:], n_threads=1)
    assert stop.exit_code == Exit.INCOMPLETE
    assert "OTHERLAB_xx" not in world.n_asked
    stop, histories, _ = youtube_world.work(folder, world, jobs(90), n_threads=1)
    assert stop is None
    assert "OTHERLAB_xx" not in world.n_asked
    assert sum(history.state == State.OK for history in histories.values()) > 5


def test_this_machine_names_what_it_fetched_last(tmp_path):
    folder = seeded(tmp_path, "OTHERLAB_xx")
    todo = jobs(5)
    todo.append(todo[0])  # once more
    youtube_world.work(folder, World({}), todo, n_threads=1)
    with Ledger(folder, "later") as ledger:
        assert ledger.fetched_here(3) == ["video_00003", "video_00004", "video_00000"]
        assert len(ledger.fetched_here(9)) == 5


def test_one_that_has_gone_since_is_followed_by_another(tmp_path):
    folder = tmp_path / "cache"
    youtube_world.work(folder, World({}), jobs(5), n_threads=1)
    world = later_fail(video_00004=[GONE] * 99, video_00003=[TIMED_OUT] * 99)
    stop, histories, lines = youtube_world.work(folder, world, jobs(90)[5:], n_threads=1)
    assert stop is None
    assert all(histories[video].n_failures == 3 for video in LATER if histories[video].n_failures)
    assert (world.n_asked["video_00004"], world.n_asked["video_00003"]) == (1, 1)
    assert world.n_asked["video_00002"] > 1
    assert not [line for line in lines if line["kind"] == "renewal"]


def test_where_none_of_several_plays_the_run_stops_and_names_them(tmp_path):
    folder = tmp_path / "cache"
    youtube_world.work(folder, World({}), jobs(5), n_threads=1)
    world = later_fail(**{f"video_{index:05d}": [GONE] * 99 for index in range(5)})
    stop, _, _ = youtube_world.work(folder, world, jobs(90)[5:], n_threads=1)
    assert (stop.cause, stop.exit_code) == ("fetched-before", Exit.BLOCKED)
    assert "video_00004, video_00003, video_00002" in stop.message
    assert "retrieve.canaries" not in stop.remedy
    assert sum(world.n_asked[f"video_{index:05d}"] for index in range(5)) == 3 * N_FETCHED
