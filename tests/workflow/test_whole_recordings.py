"""An archive of whole recordings whose clips nobody knows before the annotations are fetched."""

import json
import os
import re
from pathlib import Path

import pytest
import soundfile
import tiny_audiogrounding
from own_recordings import RATE_HZ, tone
from snakemake_project import Project
from versioned_project import Clone

from audiophrase.splits import SPLITS

SHARDS = [f"data/tiny/clips/{name}-00000.parquet" for name in ("train", "val", "test")]
SHARDS.insert(1, "data/tiny/clips/train-00001.parquet")
MANIFESTS = [f"data/tiny/manifests/clips-{split}.json" for split in SPLITS]
LISTING = "data/tiny/manifests/recordings.json"
ENTRY = {
    "title": "Whole recordings",
    "clips": "local",
    "shards": {"train": 2, "val": 1, "test": 1},
    "annotations": {"source": "audiogrounding"},
    "retrieve": {"folder": "../recordings"},
}


def names() -> list[str]:
    """A whole recording for each clip, and one that is a clip by its name."""
    clips = {row[0] for split in SPLITS for row in tiny_audiogrounding.CLIPS[split]}
    whole = [f"Y{re.sub(r'_[0-9.]+_[0-9.]+.wav$', '', name)}.wav" for name in sorted(clips)]
    return [*whole, "Yanother-one_0.000_10.000.wav"]


@pytest.fixture
def folder(tmp_path) -> Path:
    """Where a project may lie: the recordings lie beside it."""
    audio = tmp_path / "recordings"
    audio.mkdir()
    for number, name in enumerate(names()):
        soundfile.write(audio / name, tone(200 + 50 * number, 2.0), RATE_HZ)
    return tmp_path / "project"


def annotate(project: Project) -> None:
    """Put annotations where they lie once they were fetched."""
    source = project.folder / "data/tiny/annotations/source"
    source.mkdir(parents=True)
    for split in SPLITS:
        (source / f"{split}.json").write_text(json.dumps(tiny_audiogrounding.v1(split)))


def change(project: Project) -> None:
    """Another sound in one of the recordings."""
    file = project.folder.parent / "recordings" / names()[0]
    soundfile.write(file, tone(900, 2.0), RATE_HZ)


def test_each_recording_is_an_input_once_and_a_change_of_one_is_noticed(folder):
    project = Project.create(folder, {"build": ["tiny"], "datasets": {"tiny": ENTRY}})
    annotate(project)
    printed = project.build("--dry-run", "--quiet", "host", "reason", "--", *SHARDS)
    inputs = re.findall(r"(?m)^rule (\w+):\n    input: (.*)", printed)
    assert [LISTING in files for rule, files in inputs if rule == "local_clips"] == [True] * 4
    assert [rule for rule, files in inputs if f"../recordings/{names()[0]}" in files] == [
        "recordings"
    ]

    project.build(*SHARDS)
    listing = json.loads((project.folder / LISTING).read_text())
    assert sorted(listing["sha256"]) == sorted(names()[:-1])
    os.utime(project.folder.parent / "recordings" / names()[0])  # the same content
    assert project.planned(*SHARDS) == set()
    change(project)
    assert project.planned(*SHARDS) == {"recordings", "local_clips"}


@pytest.mark.long
def test_both_ledgers_agree_on_whole_recordings(folder):
    clone = Clone.origin(folder, ENTRY)
    annotate(clone)
    clone.build(*MANIFESTS)
    clone.audiophrase("record")
    assert changed(clone) == set()
    change(clone)
    assert changed(clone) == {"clips@tiny"}
    clone.dvc("repro", "--single-item", "clips@tiny")
    assert clone.planned(*MANIFESTS) == changed(clone) == set()
    (clone.folder / LISTING).unlink()
    assert changed(clone) == {"clips@tiny"}
    clone.dvc("checkout", "clips@tiny")
    assert clone.planned(*MANIFESTS) == changed(clone) == set()


def changed(clone: Clone) -> set[str]:
    """The stage of clips, if DVC would run it."""
    return set(json.loads(clone.dvc("status", "--json", "clips@tiny").splitlines()[-1])) - {
        "annotations@tiny"
    }
