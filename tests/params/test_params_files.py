"""The user's own files that rules depend on."""

from pathlib import Path

import pytest

from audiophrase.errors import AudiophraseError
from audiophrase.params import files


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_a_rendered_data_set_reads_no_files_of_the_users(document):
    assert files.vectors_file(document, "demo") == []
    assert files.network_file(document, "demo", "log-mel") == []
    assert files.only_clips_of(document, "demo", "paper") == []
    assert files.folder_of_recordings(document, "demo") is None
    assert files.recordings(document, "demo") == []


def test_a_named_file_must_be_there_and_its_key_is_said(document):
    document["datasets"]["demo"]["text"] = {"vectors": "file", "vectors_file": "my.vec"}
    with pytest.raises(AudiophraseError, match=r"no file my\.vec\n.*text\.vectors_file"):
        files.vectors_file(document, "demo")
    Path("my.vec").touch()
    assert files.vectors_file(document, "demo") == ["my.vec"]


def test_annotations_of_a_split(document):
    paths = {split: f"{split}.json" for split in ("train", "val", "test")}
    document["datasets"]["demo"]["annotations"] = {"source": "files", "files": paths}
    with pytest.raises(AudiophraseError, match=r"annotations\.files\.val"):
        files.annotation_files(document, "demo", "val")
    Path("val.json").touch()
    assert files.annotation_files(document, "demo", "val") == ["val.json"]
    assert files.annotation_file(document, "demo", "val") == "val.json"


def test_a_network_that_nobody_named_is_asked_for(document):
    with pytest.raises(AudiophraseError, match=r"features\.onnx\.file is empty"):
        files.network_file(document, "demo", "onnx")


def test_another_lab_s_table(document):
    document["variants"]["theirs"] = {"evaluate": {"only_clips_of": "theirs.csv"}}
    with pytest.raises(AudiophraseError, match=r"evaluate\.only_clips_of"):
        files.only_clips_of(document, "demo", "theirs")
    Path("theirs.csv").touch()
    assert files.only_clips_of(document, "demo", "theirs") == ["theirs.csv"]


def test_recordings_are_told_apart_by_shard(document):
    entry = document["datasets"]["demo"]
    entry |= {"clips": "local", "retrieve": {"folder": "mine"}}
    with pytest.raises(AudiophraseError):
        files.recordings(document, "demo")
    names = [f"Ya1b2c3d4e{n:02}_0.000_10.000.wav" for n in range(20)]
    Path("mine").mkdir()
    for name in names:
        Path("mine", name).touch()
    everything = files.recordings(document, "demo")
    assert sorted(everything) == sorted(f"mine/{name}" for name in names)
    n_shards = entry["shards"]["train"]
    of_shards = [
        files.recordings(document, "demo", f"train-{number:05}") for number in range(n_shards)
    ]
    assert {path for shard in of_shards for path in shard} == set(everything)
    assert all(len(shard) < len(everything) for shard in of_shards)


def test_recordings_whose_names_tell_no_times_are_no_shard_s(document):
    entry = document["datasets"]["demo"]
    entry |= {"clips": "local", "retrieve": {"folder": "whole"}}
    names = [*(f"Ya1b2c3d4e{n:02}.wav" for n in range(20)), "Ya1b2c3d4exx_0.000_10.000.wav"]
    Path("whole").mkdir()
    for name in [*names, "Y{a}.wav"]:
        Path("whole", name).touch()
    of_shards = [
        path
        for split, n_shards in entry["shards"].items()
        for number in range(n_shards)
        for path in files.recordings(document, "demo", f"{split}-{number:05}")
    ]
    assert set(of_shards) == {f"whole/{names[-1]}"}
    anywhere = files.recordings_of_any_shard(document, "demo")
    assert anywhere == [f"whole/{name}" for name in names[:-1]]
