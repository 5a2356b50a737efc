"""From annotations to the report: captions without phrases, and AudioGrounding v2 as published."""

import json
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
import soundfile
from own_recordings import RATE_HZ, entry, save_vectors, tone
from snakemake_project import Project

from audiophrase.report.cells import NO_PHRASES_NOTE

WORDS = ("a", "low", "high", "hum", "whine", "then")
N_CLIPS = {"train": 4, "val": 2, "test": 4}
MISSING = "v2--test_03"


@pytest.fixture(scope="module")
def project(shared) -> Project:
    """Two data sets made of recordings that lie beside it. Not to be changed."""
    return Project(shared("forms", make) / "project")


def make(folder: Path) -> None:
    """Ten recordings a data set, their annotations, and a project in which both are made."""
    save_vectors(folder / "vectors.bin", WORDS)
    datasets = {}
    for name, annotate in (("captions", captions_alone), ("v2", as_published)):
        (folder / name).mkdir()
        for split, n in N_CLIPS.items():
            content = annotate(split, n, folder / name)
            (folder / name / f"{split}.json").write_text(json.dumps(content))
        datasets[name] = {"shards": dict.fromkeys(N_CLIPS, 1)} | entry(
            f"The form {name}",
            files={split: f"../{name}/{split}.json" for split in N_CLIPS},
            folder=f"../{name}",
            vectors_file="../vectors.bin",
            max_epochs=2,
        )
    project = Project.create(folder / "project", {"build": list(datasets), "datasets": datasets})
    project.build()


def captions_alone(split: str, n: int, audio: Path) -> dict:
    """v1's columns that every caption has, and no others."""
    names = [f"{split}_{number:02d}_0.000_2.000.wav" for number in range(n)]
    for number, name in enumerate(names):
        soundfile.write(audio / name, tone(200 + 150 * number, 2.0), RATE_HZ)
    kinds = [("low hum", "high whine")[number % 2] for number in range(n)]
    columns = {
        "audiocap_id": [f"{split} {number}" for number in range(n)],
        "filename": names,
        "caption": [f"a {kind}, then a {kind}." for kind in kinds],
    }
    return {name: {str(row): value for row, value in enumerate(c)} for name, c in columns.items()}


def as_published(split: str, n: int, audio: Path) -> list[dict]:
    """v2's list of captions: file names without times, in a folder of such files but for one."""
    items = []
    for number in range(n):
        name = f"v2{split:->6}_{number:02d}"  # an id of YouTube has eleven characters
        if name != MISSING:
            length_s = 1.5 if number == 1 else 2.0
            soundfile.write(audio / f"Y{name}.wav", tone(200 + 150 * number, length_s), RATE_HZ)
        phrase = {"phrase": "low hum", "start_index": 1, "end_index": 2, "segments": [[0.5, 1.2]]}
        items.append(
            {
                "audiocap_id": f"{split} {number}",
                "audio_id": f"Y{name}.wav",
                "tokens": "a low hum then a whine",
                "phrases": [phrase],
            }
        )
    return items


def read_metrics(project: Project, dataset: str) -> dict:
    return json.loads((project.folder / f"results/{dataset}/metrics.json").read_text())


def test_captions_without_phrases_reach_a_report_of_retrieval_alone(project):
    metrics = read_metrics(project, "captions")
    assert metrics["retrieval"]["n_clips"] == 4
    assert metrics["sed"] == {"n_clips": 0, "n_phrases": 0, "n_frames": 0}
    page = (project.folder / "results/captions/report.html").read_text()
    assert NO_PHRASES_NOTE.replace("'", "&#39;") in page
    for absent in ("table-sed", "figure-sed_thresholds", "figure-alignment", "4,253", ">nan<"):
        assert absent not in page
    assert 'id="table-retrieval"' in page
    assert 'id="figure-example_pair"' in page


def test_what_detection_leaves_without_phrases_is_empty_and_right(project):
    phrases = pq.read_table(project.folder / "data/captions/annotations/phrases.parquet")
    assert phrases.num_rows == 0
    assert (
        phrases.schema.names
        == pq.read_schema(project.folder / "data/v2/annotations/phrases.parquet").names
    )
    run = project.folder / "results/captions/runs/paper/seed-1"
    full = project.folder / "results/v2/runs/paper/seed-1"
    for name in ("sed_curve.csv", "sed_scores.parquet"):
        read = pd.read_csv if name.endswith(".csv") else pd.read_parquet
        assert read(run / name).empty
        assert list(read(run / name)) == list(read(full / name))
    measures = pq.read_table(project.folder / "results/captions/measures.parquet")
    assert set(measures["task"].to_pylist()) == {"dataset", "retrieval"}
    rows = pq.read_table(run / "sed_measures.parquet")
    assert rows.num_rows == 0
    assert rows.schema.names == pq.read_schema(full / "sed_measures.parquet").names
    tables = project.folder / "results/captions/tables"
    assert pd.read_csv(tables / "sed.csv").empty
    assert NO_PHRASES_NOTE in (tables / "sed.md").read_text()
    log = (project.folder / "logs/captions/evaluate_sed/paper.1.log").read_text()
    assert "nothing is detected" in log


def test_captions_without_tokens_are_cut_into_words(project):
    captions = pq.read_table(project.folder / "data/captions/annotations/captions.parquet")
    assert captions["tokens"][0].as_py() == ["a", "low", "hum", ",", "then", "a", "low", "hum", "."]
    coverage = pd.read_csv(project.folder / "data/captions/text/coverage.csv")
    assert set(coverage["how"]) == {"exact"}


def test_clips_of_v2_are_whole_files_through_the_whole_chain(project):
    clips = pd.read_parquet(project.folder / "data/v2/annotations/clips.parquet")
    assert clips["start_s"].isna().all()
    assert clips["end_s"].isna().all()
    assert (clips["clip_id"] == "Y" + clips["youtube_id"]).all()
    states = pd.read_csv(project.folder / "data/v2/availability.csv").set_index("clip_id")
    assert states["state"].drop(f"Y{MISSING}").eq("ok").all()  # the short ones too
    assert states.loc[f"Y{MISSING}", ["state", "reason"]].tolist() == ["missing", "no-file"]
    metrics = read_metrics(project, "v2")
    assert metrics["dataset"]["test"]["missing"] == 1
    assert metrics["sed"]["n_phrases"] == metrics["retrieval"]["n_clips"] == 3
    page = (project.folder / "results/v2/report.html").read_text()
    assert 'id="figure-alignment"' in page
    assert "4,253" not in page  # the paper's numbers stand beside the paper's clips alone


def test_nothing_is_left_to_do(project):
    assert "Nothing to be done" in project.build("--dry-run")


def test_numbers_and_figure_are_told_where_the_annotations_come_from(project):
    results = "results/audiogrounding"
    targets = (f"{results}/metrics.json", f"{results}/figures/availability.svg")
    printed = project.build("--dry-run", "--printshellcmds", "--quiet", "host", "--", *targets)
    assert printed.count(" --annotations audiogrounding ") == len(targets)
