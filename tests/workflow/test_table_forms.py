"""From tables of captions to the report: a few lines of parameters, whatever files are called."""

import io
import unicodedata
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import soundfile
import yaml
from own_recordings import RATE_HZ, save_vectors, tone
from snakemake_project import TINY, Project

WORDS = ("a", "low", "high", "hum", "whine", "then")
SPLITS = ("train", "val", "test")
N_CLIPS = 12
NAMES = [f"{number}. Été à {{la}} plage.wav" for number in range(N_CLIPS)]
CAPTIONS = [f"A {('low hum', 'high whine')[n % 2]}, then a hum" for n in range(N_CLIPS)]
DRAWN = {"seed": 1, "val": 0.2, "test": 0.4}


@pytest.fixture(scope="module")
def project(shared) -> Project:
    """A data set of each form, of the same recordings. Not to be changed."""
    return Project(shared("table-forms", make) / "project")


def make(folder: Path) -> None:
    """Recordings, their tables, and a project in which a report, and of the others the clips, are made."""
    save_vectors(folder / "vectors.bin", WORDS)
    (folder / "recordings/within").mkdir(parents=True)
    audio = []
    for number, name in enumerate(NAMES):
        buffer = io.BytesIO()
        soundfile.write(buffer, tone(200 + 150 * number, 1.5), RATE_HZ, format="WAV")
        audio.append({"bytes": buffer.getvalue(), "path": name})
        # As a Mac writes accents; one file lies in a folder that the tables do not name.
        on_disk = ("within/" if number == 0 else "") + unicodedata.normalize("NFD", name)
        (folder / "recordings" / on_disk).write_bytes(audio[-1]["bytes"])
    pairs = list(zip(NAMES, CAPTIONS, strict=True))
    clotho = pd.DataFrame(pairs, columns=["file_name", "caption_1"])
    clotho.assign(caption_2="A whine").to_csv(folder / "clotho.csv", index=False)
    files = pd.DataFrame(pairs, columns=["file", "caption"])
    files["split"] = [SPLITS[number % 3] for number in range(N_CLIPS)]
    files.to_csv(folder / "files.csv", index=False)
    (folder / "shards").mkdir()
    table = pa.table({"audio": audio, "text": CAPTIONS})
    for n in range(3):  # of one split by their names, so that splits are drawn
        pq.write_table(table[4 * n : 4 * n + 4], folder / f"shards/train-{n}-of-3.parquet")
    tiny = TINY["datasets"]["tiny"]
    common = {
        "clips": "local",
        "shards": {"train": 2, "val": 1, "test": 1},
        "features": tiny["features"],
        "text": {"vectors": "file", "vectors_file": "../vectors.bin"},
        "train": tiny["train"] | {"max_epochs": 2},
        "figures": tiny["figures"],
    }
    recordings = {"retrieve": {"folder": "../recordings"}}
    datasets = {
        "clotho": {"annotations": {"file": "../clotho.csv", "split": DRAWN}} | recordings,
        "files": {"annotations": {"file": "../files.csv", "form": "file_captions"}} | recordings,
        "audio": {"annotations": {"file": "../shards/*.parquet", "split": DRAWN}},
    }
    datasets = {name: {"title": name} | common | own for name, own in datasets.items()}
    project = Project.create(folder / "project", {"build": ["clotho"], "datasets": datasets})
    project.build()
    # From here on all data sets go one way.
    project.build(*(f"data/{name}/availability.csv" for name in ("files", "audio")))


@pytest.mark.parametrize("dataset", ["clotho", "files", "audio"])
def test_a_table_becomes_clips(project, dataset):
    clips = pd.read_parquet(project.folder / f"data/{dataset}/annotations/clips.parquet")
    assert sorted(clips["filename"]) == sorted(NAMES)
    assert set(clips["split"]) == set(SPLITS)
    states = pd.read_csv(project.folder / f"data/{dataset}/availability.csv")
    assert states["state"].tolist() == ["ok"] * N_CLIPS
    assert "match no clip" not in "".join(
        path.read_text() for path in (project.folder / f"logs/{dataset}/local_clips").iterdir()
    )


def test_splits_are_drawn_alike_and_read_where_they_are_named(project):
    read = [
        pd.read_parquet(project.folder / f"data/{name}/annotations/clips.parquet")
        for name in ("clotho", "audio", "files")
    ]
    drawn, of_audio, named = (dict(zip(t["filename"], t["split"], strict=True)) for t in read)
    assert drawn == of_audio
    assert named == {name: SPLITS[number % 3] for number, name in enumerate(NAMES)}


def test_audio_out_of_a_table_is_that_of_the_folder(project):
    shards = {}
    for dataset in ("clotho", "audio"):
        paths = sorted((project.folder / f"data/{dataset}/clips").glob("*.parquet"))
        shards[dataset] = pd.concat(map(pd.read_parquet, paths)).set_index("clip_id")["sha256"]
    assert len(shards["audio"]) == N_CLIPS
    assert shards["audio"].equals(shards["clotho"])


def test_a_table_becomes_a_report_and_nothing_is_left_to_do(project):
    assert (project.folder / "results/clotho/report.html").is_file()
    assert "Nothing to be done" in project.build("--dry-run")


def test_bad_rows_are_told_by_the_users_file(project, tmp_path):
    changed = project.copy(tmp_path / "project")
    bad = pd.read_csv(project.folder.parent / "clotho.csv")
    bad.loc[3, "caption_2"] = ""
    bad.to_csv(tmp_path / "clotho.csv", index=False)
    done = changed.snakemake("data/clotho/annotations/clips.parquet")
    assert done.returncode != 0
    assert "clotho.csv, line 5, field 'caption_2': '' has no words" in done.stdout


def test_eight_lines_are_enough(project, tmp_path):
    document = (Path(__file__).parents[2] / "docs/own-data.md").read_text()
    example = document.partition("```yaml\n")[2].partition("```")[0]
    assert len(example.splitlines()) == 8
    given, copied = project.folder.parent, project.copy(tmp_path / "project")
    copied.set_params(yaml.safe_load(example))
    (copied.folder / "recordings").symlink_to(given / "recordings")
    (copied.folder / "captions.csv").write_bytes((given / "files.csv").read_bytes())
    assert {"import_file", "local_clips", "train", "report"} <= copied.planned()
