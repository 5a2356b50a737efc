"""One annotation file for all splits, as params.yaml names it, and audio that lies in a table."""

from pathlib import Path

import pytest

from audiophrase import params
from audiophrase.errors import ParamsError
from audiophrase.params import files

ROOT = Path(__file__).parents[1]
OWN = {"title": "x", "clips": "local", "shards": {"train": 2, "val": 1, "test": 1}}


@pytest.fixture
def with_entry():
    """Function from an entry's keys to parameters whose data set `mine` has them, checked."""
    document = params.load(ROOT / "params.yaml")

    def make(**entry):
        made = {**document, "build": ["mine"]}
        made["datasets"] = document["datasets"] | {"mine": OWN | entry}
        params.check(made)
        return made

    return make


def test_a_named_file_is_the_source(with_entry):
    made = with_entry(annotations={"file": "x.csv"}, retrieve={"folder": "recordings"})
    assert params.effective(made, "mine")["annotations"]["source"] == "file"


@pytest.mark.parametrize(
    ("annotations", "told"),
    [
        ({"file": "x.csv", "list": "y.csv"}, "annotations.list is named beside another"),
        (
            {"file": "x.csv", "files": dict.fromkeys(OWN["shards"], "x")},
            "annotations.file is named",
        ),
        ({"file": "x.csv", "source": "grammar"}, "annotations.file is named beside another"),
        ({"source": "file"}, "annotations.file is empty"),
        ({"file": "x.csv", "split": {"val": 0.6, "test": 0.4}}, "leave nothing to train on"),
        ({"file": "x.csv", "split": {"val": 0}}, "annotations.split.val"),
    ],
)
def test_what_cannot_be_is_refused(with_entry, annotations, told):
    with pytest.raises(ParamsError, match=told):
        with_entry(annotations=annotations, retrieve={"folder": "recordings"})


def test_audio_in_a_table_needs_no_folder(with_entry, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a.parquet", "b.parquet"):
        Path(name).touch()
    made = with_entry(annotations={"file": "a.parquet"})
    assert files.recordings(made, "mine") == ["a.parquet"]
    assert files.audio_table(made, "mine", "val") == "a.parquet"
    made = with_entry(annotations={"file": "*.parquet"})
    assert files.recordings(made, "mine") == ["a.parquet", "b.parquet"]
    assert files.audio_table(made, "mine", "val") == "*.parquet"
    assert files.annotation_files(made, "mine", None) == ["a.parquet", "b.parquet"]
    of_splits = {"train": "a.parquet", "val": "a.parquet", "test": "b.parquet"}
    made = with_entry(annotations={"files": of_splits})
    assert files.recordings(made, "mine") == ["a.parquet", "b.parquet"]
    assert files.recordings(made, "mine", "test-00000") == ["b.parquet"]
    for entry in (
        {"annotations": {"file": "a.csv"}},
        {"annotations": {"file": "a.parquet"}, "clips": ["local", "youtube"]},
    ):
        with pytest.raises(ParamsError, match=r"retrieve\.folder is empty"):
            with_entry(**entry)


def test_a_shard_depends_on_the_files_of_its_clips(with_entry, tmp_path, monkeypatch):
    """But for those with braces in their names, which would be patterns to Snakemake."""
    monkeypatch.chdir(tmp_path)
    names = [f"Été {n}.wav" for n in range(30)]
    Path("recordings").mkdir()
    for name in [*names, "{x}.wav", "other.wav"]:
        (Path("recordings") / name).touch()
    lines = [f"{name},rain\n" for name in [*names, "{x}.wav"]]
    Path("x.csv").write_text("file,caption\n" + "".join(lines))
    made = with_entry(annotations={"file": "x.csv"}, retrieve={"folder": "recordings"})
    shards = ("train-00000", "train-00001", "val-00000", "test-00000")
    held = [set(files.recordings(made, "mine", shard)) for shard in shards]
    assert sum(map(len, held)) == len(names)
    assert set.union(*held) == {f"recordings/{name}" for name in names}
    assert all(held[:2])
