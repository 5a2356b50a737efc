"""The data set `rehearsal` of params.yaml: refused without its word vectors, and made from files."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from gensim.models import KeyedVectors
from snakemake_project import TINY, Project

from audiophrase.report import catalogue

PHRASES = {
    "dogs are barking": "dogs are barking while a man speaks in the wind",
    "the engine of a train": "the engine of a train and wind",
    "a horn honks": "a horn honks as cars pass in the wind",
}
WORDS = sorted({word for caption in PHRASES.values() for word in caption.split()})


def annotations(split: str, n_clips: int) -> dict:
    rows = []
    for number in range(n_clips):
        phrase, caption = list(PHRASES.items())[number % len(PHRASES)]
        length_s = 3 if number == 1 else 4
        rows += [
            {
                "audiocap_id": f"{split} {number}",
                "filename": f"-{split}_{number:02d}_30.000_{30 + length_s}.000.wav",
                "caption": caption,
                "tokens": caption.split(),
                "soundtag": soundtag,
                "start_word": 0,
                "timestamps": timestamps,
            }
            # One is heard beyond the clip's end, the other not at all.
            for soundtag, timestamps in ((phrase, [[0.5, 1.5], [2.0, 4.02]]), ("wind", [[0, 0]]))
        ]
    return {name: {str(n): row[name] for n, row in enumerate(rows)} for name in rows[0]}


@pytest.fixture(scope="module")
def project(shared) -> Project:
    """Made of annotations and word vectors elsewhere. Not to be changed: copy it."""
    return Project(shared("rehearsal", make) / "project")


def make(folder: Path) -> None:
    """Annotations, word vectors, and a project in which the data set is made of them."""
    for split, n in (("train", 8), ("val", 3), ("test", 4)):
        (folder / f"{split}.json").write_text(json.dumps(annotations(split, n)))
    vectors = KeyedVectors(6)
    drawn = np.random.default_rng(0).standard_normal((len(WORDS), 6)).astype(np.float32)
    vectors.add_vectors(WORDS, drawn)
    vectors.save_word2vec_format(folder / "vectors.bin", binary=True)

    tiny = TINY["datasets"]["tiny"]
    overlay = {
        "annotations": {
            "source": "files",
            "files": {s: str(folder / f"{s}.json") for s in ("train", "val", "test")},
        },
        "text": {"vectors_file": str(folder / "vectors.bin")},
        # All else is of the same kind as in params.yaml, but small.
        "shards": {"train": 1, "val": 1, "test": 1},
        "retrieve": {
            "render": {"sample_rate_hz": 16000, "n_withdrawn": {"train": 2, "val": 0, "test": 1}}
        },
        "features": tiny["features"],
        "train": tiny["train"],
        "figures": tiny["figures"],
    }
    project = Project.create(folder / "project", {"datasets": {"rehearsal": overlay}})
    project.build("results/rehearsal/report.html", "data/rehearsal/clips/test-00000.parquet")


@pytest.mark.long
def test_without_its_files_it_is_refused_in_words(project, tmp_path):
    copy = project.copy(tmp_path / "copy")
    copy.set_params({})
    done = copy.snakemake("results/rehearsal/report.html", "--dry-run", "--forceall")
    assert done.returncode != 0
    assert "Traceback" not in done.stdout
    assert "data set 'rehearsal': text.vectors is 'file' but text.vectors_file is empty" in (
        done.stdout
    )
    assert "name your files under `datasets: rehearsal:`" in done.stdout


@pytest.mark.long
def test_its_clips_have_their_lengths_and_some_are_withdrawn(project):
    table = pd.read_csv(project.folder / "data/rehearsal/availability.csv")
    assert set(table["source"]) == {"rendered"}
    assert table[table["state"] == "ok"].groupby("split").size().to_dict() == {
        "train": 6,
        "val": 3,
        "test": 3,
    }
    clips = pq.read_table(project.folder / "data/rehearsal/clips/test-00000.parquet").to_pylist()
    lengths_s = {c["clip_id"]: c["n_samples"] / 16000 for c in clips if c["n_samples"]}
    assert len(lengths_s) == 3
    assert all(
        length_s == (3.0 if clip_id.endswith("_33000") else 4.0)
        for clip_id, length_s in lengths_s.items()
    )


@pytest.mark.long
def test_every_table_and_figure_and_the_page_say_that_it_is_rendered(project):
    results = project.folder / "results/rehearsal"
    assert json.loads((results / "metrics.json").read_text())["dataset"]["audio"] == "rendered"
    for table in ("dataset", "retrieval", "sed", "events", "ablations"):
        assert "a rehearsal of the method" in (results / f"tables/{table}.md").read_text()
    for figure in catalogue.figures():
        assert "rendered audio" in (results / f"figures/{figure}.svg").read_text()
    page = (results / "report.html").read_text()
    assert "Rehearsal: annotations of AudioGrounding v1, audio rendered from them" in page
