"""AudioGrounding v2 from a loopback Zenodo or a folder: labels, clips, features, by their own jobs."""

import json
import re
from pathlib import Path

import fakezenodo
import pytest
import yaml
from click.testing import CliRunner
from snakemake_project import Project

from audiophrase import params, tables
from audiophrase.archives import store
from audiophrase.cli import job
from audiophrase.commands.download import download as download_command
from audiophrase.errors import AudiophraseError, ParamsError
from audiophrase.params import files
from audiophrase.params.for_jobs import settings_json
from audiophrase.report import paper

ROOT = Path(__file__).parents[2]
DATASET = "audiogrounding-v2"
ABSENT = f"test/{fakezenodo.names('test')[3]}"
SHARDS = {"train": 2, "val": 1, "test": 1}


@pytest.fixture
def published():
    """The record without one recording, and with one that nobody labelled."""
    contents = fakezenodo.contents()
    del contents[ABSENT]
    return contents | {"train/Yzzzzzzzzzzz.wav": fakezenodo.wav(5)}


@pytest.fixture
def server(published):
    with fakezenodo.Zenodo(fakezenodo.record(published)) as server:
        yield server


def overlay(folder, **entry):
    entry = {"shards": SHARDS, "features": {"sample_rate_hz": 8000, "fmax_hz": 4000}} | entry
    entry["text"] = {"vectors": "trained"}
    (folder / "mine.yaml").write_text(
        yaml.safe_dump({"build": [DATASET], "datasets": {DATASET: entry}})
    )
    return folder / "mine.yaml"


def of_server(server):
    return {"annotations": {"audiogrounding_v2": {"url": server.url}}}


def loaded(path):
    return params.load(ROOT / "params.yaml", path)


def run(name, *arguments):
    done = CliRunner().invoke(job, [name, *map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.output


def test_labels_clips_and_features_with_no_request_but_for_the_record(
    server, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    known = loaded(overlay(tmp_path, **of_server(server)))
    settings = {
        name: settings_json(known, sections, DATASET)
        for name, sections in {
            "labels": ["annotations.audiogrounding_v2"],
            "clips": ["retrieve", "annotations.audiogrounding_v2"],
            "features": ["features"],
        }.items()
    }
    sources = [tmp_path / f"{split}.json" for split in SHARDS]
    run("archived-annotations", "--settings", settings["labels"], *sources)
    for source in sources:
        assert json.loads(source.read_text()) == fakezenodo.labels(source.stem)
    run(
        "annotations", "--n-shards", *SHARDS.values(), "--clips", "clips.parquet", "--captions",
        "captions.parquet", "--phrases", "phrases.parquet", "--counts", "counts.csv", *sources
    )  # fmt: skip
    states = {}
    for shard in ("train-00000", "train-00001", "val-00000", "test-00000"):
        output = run(
            "archived-clips", "--settings", settings["clips"], "--shard", shard,
            "--clips", "clips.parquet", f"{shard}.parquet"
        )  # fmt: skip
        assert ("Yzzzzzzzzzzz.wav" in output) == shard.endswith("0")
        shard_table = tables.read(Path(f"{shard}.parquet"), stage="clips")
        states |= {row["clip_id"]: (row["state"], row["reason"]) for row in shard_table.to_pylist()}
    # Where they were downloaded from changes no clip.
    assert server.url.encode() not in Path("test-00000.parquet").read_bytes()
    absent = Path(ABSENT).stem
    assert states.pop(absent) == ("missing", "no-file")
    assert set(states.values()) == {("ok", None)}
    assert len(states) == 59
    printed = run(
        "features", "--settings", settings["features"], "--front-end", "log-mel",
        "test-00000.parquet", "features.parquet"
    )  # fmt: skip
    assert "10 clips, 684 frames" in printed
    assert len(server.asked) == 5  # the list, the archive, three files of labels
    assert all(path.startswith("/api/records/") for path, _ in server.asked)


def test_the_command_takes_it_once(server, tmp_path, monkeypatch):
    path = overlay(tmp_path, **of_server(server))
    known = yaml.safe_load((ROOT / "params.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(known))
    for _ in range(2):
        done = CliRunner().invoke(download_command, [DATASET, "--configfile", str(path)])
        assert done.exit_code == 0, done.output
        assert str(store.folder_of(server.url)) in done.output
        assert len(server.asked) == 5


def test_a_folder_that_somebody_downloaded_is_asked_instead(published, tmp_path, monkeypatch):
    layout = {re.sub(r"^(\w+)\.json$", r"\1/label.json", name): d for name, d in published.items()}
    fakezenodo.write_folder(tmp_path / "v2", layout)
    known = loaded(overlay(tmp_path, retrieve={"folder": str(tmp_path / "v2")}))
    files.require_files(known, DATASET)
    assert not files.is_downloaded(known, DATASET)
    assert files.annotation_file(known, DATASET, "val") == str(tmp_path / "v2/val/label.json")
    listed = files.recordings(known, DATASET, "test-00000")
    assert sorted(Path(path).name for path in listed) == sorted(
        set(fakezenodo.names("test")) - {Path(ABSENT).name}
    )


def test_a_folder_without_labels_or_none_at_all_is_told(published, tmp_path):
    known = loaded(overlay(tmp_path, retrieve={"folder": str(tmp_path / "gone")}))
    with pytest.raises(AudiophraseError, match=r"there is no folder .*gone"):
        files.require_files(known, DATASET)
    del published["val.json"]
    fakezenodo.write_folder(tmp_path / "v2", published)
    known = loaded(overlay(tmp_path, retrieve={"folder": str(tmp_path / "v2")}))
    with pytest.raises(
        AudiophraseError, match=r"has no labels of val; JSON files there: test\.json"
    ):
        files.require_files(known, DATASET)


def test_no_clip_of_it_is_asked_of_youtube(tmp_path):
    for clips in ("youtube", ["local", "youtube"], "rendered"):
        with pytest.raises(ParamsError, match="at places in their videos that are not known"):
            loaded(overlay(tmp_path, clips=clips, retrieve={"folder": str(tmp_path)}))


def test_the_papers_numbers_are_not_of_it():
    assert not paper.stands_beside("audiogrounding_v2")


def test_the_whole_chain_is_planned_from_the_archive_and_from_a_folder(published, tmp_path):
    fakezenodo.write_folder(tmp_path / "v2", published)
    entry = {"title": "V2", "clips": "local", "shards": SHARDS, "text": {"vectors": "trained"}}
    entry["annotations"] = {"source": "audiogrounding_v2"}
    both = {"archived": entry, "own": entry | {"retrieve": {"folder": str(tmp_path / "v2")}}}
    project = Project.create(tmp_path / "project", {"build": [*both], "datasets": both})
    planned = project.snakemake("-n").stdout
    n_jobs = dict(re.findall(r"^(\w+) +(\d+)$", planned, re.MULTILINE))
    expected = {
        "archived_annotations": 1, "import_annotations": 3, "annotations": 2, "archived_clips": 4,
        "local_clips": 4, "features": 8, "train": 2, "report": 2
    }  # fmt: skip
    assert {name: int(n_jobs.get(name, 0)) for name in expected} == expected
    assert not {"fetch_clips", "youtube_clips"} & set(n_jobs)
