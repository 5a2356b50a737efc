"""A folder of recordings and YouTube in one data set, down to its table of availability."""

import numpy as np
import pyarrow as pa
import pytest
import soundfile
import yaml
from youtube_project import SHARD, youtube_id

from audiophrase import params, tables
from audiophrase.annotations.schemas import CLIPS_SCHEMA
from audiophrase.jobs.availability_of_youtube import availability_of_youtube
from audiophrase.jobs.youtube_clips import youtube_clips
from audiophrase.parameters.sections import select
from audiophrase.youtube.budget import Exit

RATE_HZ = 16000
SILENT_FILE, FOLDER_ONLY, REMOVED, FINE = map(youtube_id, range(4))


def set_up(project, order):
    project.set_up([(video, 0) for video in (SILENT_FILE, FOLDER_ONLY, REMOVED, FINE)])
    project.fake.configure({FOLDER_ONLY: "removed", REMOVED: "removed"})
    path = project.folder / "params.yaml"
    document = yaml.safe_load(path.read_text())
    document["datasets"]["yt"] |= {"clips": order}
    document["datasets"]["yt"]["retrieve"]["folder"] = "archive"
    path.write_text(yaml.safe_dump(document))
    archive = project.folder / "archive"
    archive.mkdir()
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 10 * RATE_HZ)
    soundfile.write(archive / f"Y{SILENT_FILE}.wav", np.zeros(10 * RATE_HZ), RATE_HZ)
    soundfile.write(archive / f"{FOLDER_ONLY}_0_10.wav", noise, RATE_HZ)


def rows(project, order):
    """What the commands of the workflow make of it: the table of availability by video."""
    settings = select(params.effective(params.load("params.yaml"), "yt"), "retrieve")
    clips, attempts = "data/yt/annotations/clips.parquet", "data/yt/attempts.parquet"
    shard = f"data/yt/clips/{SHARD}.parquet"
    source = ["--source", ",".join(order), "--clips", clips]
    youtube_clips.main(
        [
            *source,
            *("--shard", SHARD, "--attempts", attempts, "--cache", "cache/youtube"),
            *("--folder", "archive", shard),
        ],
        standalone_mode=False,
        default_map={"settings": settings},
    )
    availability_of_youtube.main(
        [
            *source,
            *("--attempts", attempts, "--availability", "data/yt/availability.parquet"),
            *("--availability-csv", "data/yt/availability.csv", shard),
        ],
        standalone_mode=False,
    )
    table = tables.read("data/yt/availability.parquet", stage="availability")
    return {row["clip_id"][1:12]: row for row in table.to_pylist()}


@pytest.mark.parametrize(
    ("order", "n_asked", "expected"),
    [
        (
            ["local", "youtube"],
            2,
            {
                SILENT_FILE: ("silent", "local", 1),
                FOLDER_ONLY: ("ok", "local", 1),
                REMOVED: ("missing", "youtube", 1),
                FINE: ("ok", "youtube", 1),
            },
        ),
        (
            ["youtube", "local"],
            4,
            {
                SILENT_FILE: ("ok", "youtube", 1),
                FOLDER_ONLY: ("ok", "local", 1),
                REMOVED: ("missing", "youtube", 1),
                FINE: ("ok", "youtube", 1),
            },
        ),
    ],
)
def test_each_clip_comes_from_the_first_source_that_has_it(project, order, n_asked, expected):
    set_up(project, order)
    assert project.retrieve() == Exit.DONE
    assert project.n_lookups() == n_asked
    found = rows(project, order)
    told = {v: (row["state"], row["source"], row["attempts"]) for v, row in found.items()}
    assert told == expected
    assert found[REMOVED]["permanent"] is True
    assert found[REMOVED]["reason"] == "permanent-removed"
    for row in found.values():
        assert (row["last_tried_utc"] is None) == (row["source"] == "local")


def test_without_its_folder_nothing_is_asked(project):
    set_up(project, ["local", "youtube"])
    (project.folder / "archive").rename(project.folder / "elsewhere")
    assert project.retrieve() == Exit.SETUP
    assert project.n_lookups() == 0


@pytest.mark.parametrize("order", [["youtube"], ["local", "youtube"]])
def test_clips_that_are_whole_files_are_never_asked_for(project, capsys, order):
    set_up(project, order)
    path = project.folder / "data/yt/annotations/clips.parquet"
    clips = tables.read(path, stage="annotations.clips").to_pylist()
    for clip in clips:
        clip |= {"clip_id": f"Y{clip['youtube_id']}", "start_s": None, "end_s": None}
        clip["filename"] = f"Y{clip['youtube_id']}.wav"
    whole = pa.Table.from_pylist(clips, CLIPS_SCHEMA)
    tables.write(path, whole, stage="annotations.clips", settings={"shards": {"train": 1}})
    assert project.retrieve() == Exit.SETUP
    assert project.n_lookups() == 0
    n_asked_for = 4 if order == ["youtube"] else 2  # two lie in the folder, by id and with times
    printed = capsys.readouterr().err
    assert f"error: {n_asked_for} clips of whole files, such as Y" in printed
    assert "set the data set's clips to local" in printed
    assert not (project.folder / "data/yt/attempts.parquet").exists()
