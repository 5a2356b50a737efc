"""Annotations, clips and word vectors of one's own, through an entry outside the repository."""

import gzip
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import preloaded
import pytest
import soundfile
from own_recordings import RATE_HZ, entry, save_vectors, tone
from snakemake_project import Project

from audiophrase.clip_ids import shard_name

WORDS = ("low", "high", "hum", "whine", "sounds")


def annotations(names: list[str], caption: str) -> dict:
    columns = {
        "audiocap_id": [f"caption of {name}" for name in names],
        "filename": names,
        "caption": [caption] * len(names),
        "tokens": [caption.split()] * len(names),
        "soundtag": [caption.rsplit(" ", 1)[0]] * len(names),
        "start_word": [0] * len(names),
        "timestamps": [[[0.5, 2.5]]] * len(names),
    }
    return {name: {str(row): value for row, value in enumerate(c)} for name, c in columns.items()}


def second_form(content: dict) -> list[dict]:
    """The same annotations as a list of captions; the last clip has no phrase."""
    items = [
        {
            "audiocap_id": content["audiocap_id"][row],
            "audio_id": filename,
            "tokens": " ".join(content["tokens"][row]),
            "phrases": [
                {
                    "phrase": content["soundtag"][row],
                    "start_index": content["start_word"][row],
                    "end_index": len(content["soundtag"][row].split()) - 1,
                    "segments": content["timestamps"][row],
                }
            ],
        }
        for row, filename in content["filename"].items()
    ]
    items[-1]["phrases"] = []
    return items


@pytest.fixture(scope="module")
def project(shared) -> Project:
    """Made of recordings that lie beside it. Not to be changed, nor the recordings: copy both."""
    return Project(shared("local", make) / "project")


def make(folder: Path) -> None:
    """Recordings, annotations, word vectors, and a project in which everything is made of them."""
    audio = folder / "my recordings"
    audio.mkdir()
    splits = {}
    for split, n in (("train", 8), ("val", 3), ("test", 9)):
        names = [f"{split}-_{n:03d}_{5 * n}.000_{5 * n + 4}.000.wav" for n in range(n)]
        splits[split] = names
        for index, name in enumerate(names):
            stem = name.removesuffix(".wav")
            target = [audio / name, audio / f"Y{stem}.flac"][index % 2]
            soundfile.write(target, tone(200 + 100 * index, 4.0), RATE_HZ)
        content = annotations(names, "low hum sounds")
        if split == "train":  # a caption without any known word
            content["caption"]["1"], content["tokens"]["1"] = "zzz qqq", ["zzz", "qqq"]
            content["soundtag"]["1"] = "zzz"
        content = second_form(content) if split == "test" else content
        (folder / f"{split}.json").write_text(json.dumps(content))

    test = [name.removesuffix(".wav") for name in splits["test"]]
    (audio / f"{test[0]}.wav").unlink()  # missing
    (audio / f"Y{test[1]}.flac").rename(audio / f"Y{test[1]}.ogg").write_bytes(b"not audio at all")
    soundfile.write(audio / f"{test[2]}.wav", np.zeros(0), RATE_HZ)
    soundfile.write(audio / f"Y{test[3]}.flac", np.zeros(4 * RATE_HZ), RATE_HZ)
    soundfile.write(audio / f"{test[4]}.wav", tone(300, 2.5), RATE_HZ)

    save_vectors(folder / "vectors.bin", WORDS)
    packed = gzip.compress((folder / "vectors.bin").read_bytes())
    (folder / "vectors.bin.gz").write_bytes(packed)

    mine = {"shards": {"train": 2, "val": 1, "test": 1}} | entry(
        "Recordings <of> one's own",
        files={split: f"../{split}.json" for split in splits},
        folder=f"../{audio.name}",
        vectors_file="../vectors.bin.gz",
    )
    project = Project.create(folder / "project", {"build": ["mine"], "datasets": {"mine": mine}})
    project.build()


@pytest.fixture
def own(project, tmp_path) -> Project:
    """The project with the recordings beside it, to do harm to."""
    shutil.copytree(project.folder.parent, tmp_path / "local")
    return Project(tmp_path / "local/project")


def test_every_clip_is_a_row_with_its_state(project):
    table = pd.read_csv(project.folder / "data/mine/availability.csv")
    states = table[table["split"] == "test"]["state"].tolist()
    expected = ["missing", "corrupt", "corrupt", "silent", "ok_short", "ok", "ok", "ok", "ok"]
    assert states == expected
    reasons = table[table["split"] == "test"]["reason"].tolist()[:4]
    assert reasons == ["no-file", "unreadable", "no-samples", "silent"]
    assert set(table["source"]) == {"local"}


def test_bad_clips_are_warned_of_in_the_log(project):
    log = (project.folder / "logs/mine/local_clips/test-00000.log").read_text()
    assert log.count("warning: clip") == 5


def test_files_that_match_no_clip_are_told_in_the_log_and_by_the_audit(own):
    audio = own.folder.parent / "my recordings"
    (audio / "spare" / "more").mkdir(parents=True)
    for name in ("Ynobody.wav", "somebody_30.wav"):
        shutil.copy(audio / "train-_000_0.000_4.000.wav", audio / "spare" / "more" / name)
    own.build("data/mine/clips/test-00000.parquet", "--forcerun", "local_clips")
    note = "2 files of the folder match no clip: spare/more/Ynobody.wav, spare/more/somebody_30.wav"
    assert note in (own.folder / "logs/mine/local_clips/test-00000.log").read_text()
    command = [sys.executable, "-m", "audiophrase", "audit", "mine"]
    command += ["--configfile", str(own.overlay)]
    done = preloaded.run(command, folder=own.folder, environment=own.environment)
    assert done.returncode == 0, done.stdout
    assert note in done.stdout


def test_the_chain_reaches_its_report_with_the_vectors_dimensions(project):
    model = json.loads((project.folder / "results/mine/runs/paper/seed-1/model.json").read_text())
    assert model["n_dimensions"] == 6
    metrics = json.loads((project.folder / "results/mine/metrics.json").read_text())
    assert metrics["dataset"]["test"]["clips"] == 5
    assert metrics["dataset"]["test"]["phrases"] == 4
    assert metrics["dataset"]["audio"] == "recorded"
    assert metrics["retrieval"]["pool_size"] == 5
    report = (project.folder / "results/mine/report.html").read_text()
    assert "Recordings &lt;of&gt; one" in report


def test_a_clip_without_any_phrase_counts_in_retrieval_and_not_in_detection(project):
    metrics = json.loads((project.folder / "results/mine/metrics.json").read_text())
    assert metrics["retrieval"]["n_clips"] == 5
    assert (metrics["sed"]["n_clips"], metrics["sed"]["n_phrases"]) == (4, 4)
    counts = (project.folder / "data/mine/annotations/counts.csv").read_text()
    assert "clips without any phrase,0,0,1,1" in counts


def test_a_caption_without_any_known_word_is_warned_of_and_trained_on(project):
    log = (project.folder / "logs/mine/text.log").read_text()
    assert "warning: captions without any known word: 'caption of train-_001" in log


def test_a_new_file_is_noticed(own):
    missing = own.folder.parent / "my recordings/test-_000_0.000_4.000.wav"
    soundfile.write(missing, tone(250, 4.0), RATE_HZ)
    assert {"local_clips", "availability", "features"} <= own.planned()
    missing.unlink()
    assert "Nothing to be done" in own.build()


def test_a_whole_recording_that_changed_makes_its_own_shard_again_and_no_other(own):
    audio = own.folder.parent / "my recordings"
    (audio / "train-_002_10.000_14.000.wav").rename(audio / "train-_002.wav")
    shards = [f"data/mine/clips/train-0000{n}.parquet" for n in range(2)]
    own.build(*shards)
    assert "Nothing to be done" in own.build(*shards)
    soundfile.write(audio / "train-_002.wav", tone(250, 4.0), RATE_HZ)
    before = {shard: (own.folder / shard).stat().st_mtime_ns for shard in shards}
    own.build(*shards)
    expected = shard_name("Ytrain-_002_10000_14000", "train", 2)
    made = [shard for shard in shards if (own.folder / shard).stat().st_mtime_ns != before[shard]]
    assert made == [f"data/mine/clips/{expected}.parquet"]


def test_two_files_for_one_clip_are_an_error(own):
    audio = own.folder.parent / "my recordings"
    twin = audio / "Ytest-_005_25.000_29.000.ogg"
    shutil.copy(audio / "Ytest-_005_25.000_29.000.flac", twin)
    done = own.snakemake()
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    assert "several files could be clip Ytest-_005_25000_29000" in done.stdout
