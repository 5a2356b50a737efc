"""The chain end to end: complete, repeatable, and nothing done twice."""

import json
import re
import shutil
import signal

import pandas as pd
import pyarrow.parquet as pq
import pytest
from snakemake_project import ROOT, TINY, Project

from audiophrase.report import catalogue
from audiophrase.splits import SPLITS

RUN = "results/tiny/runs/paper/seed-1"
EXPLORER = "results/tiny/explorer"  # a folder that is written as a whole
CONTRACT = [
    *[f"data/tiny/annotations/source/{split}.json" for split in ("train", "val", "test")],
    *[f"data/tiny/annotations/{table}.parquet" for table in ("clips", "captions", "phrases")],
    "data/tiny/annotations/counts.csv",
    *[
        f"data/tiny/{folder}/{shard}.parquet"
        for folder in ("clips", "features/log-mel")
        for shard in ("train-00000", "train-00001", "val-00000", "test-00000")
    ],
    *[f"data/tiny/{n}" for n in ("availability.parquet", "availability.csv", "attempts.parquet")],
    "data/tiny/leakage.parquet",
    *[f"data/tiny/text/{table}.parquet" for table in ("vocabulary", "captions", "phrases")],
    "data/tiny/text/coverage.csv",
    *[
        f"{RUN}/{name}"
        for name in (
            "model.safetensors",
            "model.json",
            "history.csv",
            "retrieval.csv",
            "retrieval_measures.parquet",
            "sed_curve.csv",
            "sed_scores.parquet",
            "sed_measures.parquet",
            "rankings.parquet",
            "frame_words.parquet",
        )
    ],
    *[
        f"results/tiny/tables/{table}.{kind}"
        for table in ("dataset", "retrieval", "sed", "events", "ablations", "leakage")
        for kind in ("csv", "md")
    ],
    *[
        f"results/tiny/figures/{figure}.{kind}"
        for figure in catalogue.figures()
        for kind in ("svg", "png")
    ],
    "results/tiny/measures.parquet",
    "results/tiny/measures.csv",
    "results/tiny/metrics.json",
    "results/tiny/report.html",
    "results/tiny/explorer/index.html",
    "results/tiny/explorer/files.json",
]
COLUMNS = {
    "data/tiny/annotations/clips.parquet": (
        "clip_id youtube_id start_s end_s split shard filename"
    ),
    "data/tiny/annotations/captions.parquet": "caption_id clip_id split caption tokens",
    "data/tiny/annotations/phrases.parquet": (
        "phrase_id caption_id clip_id split phrase first_token segments"
    ),
    "data/tiny/clips/test-00000.parquet": "clip_id audio sample_rate_hz n_samples sha256 state",
    "data/tiny/availability.parquet": (
        "clip_id state reason permanent message source attempts first_tried_utc last_tried_utc"
    ),
    "data/tiny/features/log-mel/test-00000.parquet": "clip_id n_frames log_mel",
    "data/tiny/text/vocabulary.parquet": "word_id word source_form how count vector",
    "data/tiny/text/captions.parquet": "caption_id word_ids",
    "data/tiny/text/phrases.parquet": "phrase_id word_ids",
    f"{RUN}/sed_scores.parquet": "phrase_id scores",
    f"{RUN}/rankings.parquet": "direction query_id rank first_ids scores",
    f"{RUN}/frame_words.parquet": "clip_id n_frames hop_s word_ids similarities",
    "results/tiny/measures.parquet": (
        "audio variant seed task part scores measure parameter value low high sd n only_clips_of"
    ),
}


@pytest.mark.parametrize("path", CONTRACT)
def test_every_artifact_of_the_contract_is_made(built, path):
    assert (built.folder / path).stat().st_size > 0


@pytest.mark.parametrize("path", COLUMNS)
def test_columns_are_those_of_the_contract(built, path):
    assert set(COLUMNS[path].split()) <= set(pq.read_schema(built.folder / path).names)


def test_nothing_else_is_made(built):
    extra = {
        f"{RUN}/retrieval.json",
        f"{RUN}/sed.json",
        *(
            f"data/tiny/manifests/{of}-{split}.json"
            for of in ("clips", "features-log-mel")
            for split in SPLITS
        ),
    }
    made = {path for path in built.digests() if not path.startswith(f"{EXPLORER}/")}
    assert made == {path for path in (*CONTRACT, *extra) if not path.startswith(EXPLORER)}


def test_a_second_run_has_nothing_to_do(built):
    assert "Nothing to be done" in built.build()


def test_every_clip_is_a_row_and_counts_agree(built):
    table = pd.read_csv(built.folder / "data/tiny/availability.csv")
    metrics = json.loads((built.folder / "results/tiny/metrics.json").read_text())
    counts = {name: metrics["dataset"][name] for name in ("train", "val", "test")}
    assert len(table) == 22
    assert [counts[split]["clips"] for split in counts] == [11, 4, 5]
    assert [counts[split]["missing"] for split in counts] == [1, 0, 1]
    assert [counts[split]["captions"] for split in counts] == [11, 8, 10]


def test_artifacts_hold_no_path_host_or_time_of_this_run(built):
    for path in built.digests():
        content = (built.folder / path).read_bytes()
        assert str(built.folder).encode() not in content, path
        assert str(ROOT).encode() not in content, path
        assert not re.search(rb"20[2-9]\d-\d\d-\d\d[T ]\d\d:\d\d", content), path


@pytest.mark.long
def test_interrupted_anywhere_and_run_again_ends_with_the_same_bytes(built, tmp_path):
    """From scratch in another folder, with Ctrl-C in each stage."""
    project = Project.create(tmp_path / "elsewhere")
    for log, made in (
        ("annotations.log", "data/tiny/annotations/clips.parquet"),
        ("render_clips/*.log", "data/tiny/clips/*"),
        ("availability.log", "data/tiny/availability.*"),
        ("features/*.log", "data/tiny/features/log-mel/*"),
        ("text.log", "data/tiny/text/*"),
        ("train/paper.1.log", f"{RUN}/model.*"),
        ("evaluate_retrieval/paper.1.log", f"{RUN}/retrieval.*"),
        ("evaluate_sed/paper.1.log", f"{RUN}/sed*"),
        ("metrics.log", "results/tiny/m*"),
        ("figure/*.log", "results/tiny/figures/*"),
        ("report.log", "results/tiny/report.html"),
    ):
        for path in project.folder.glob(made):
            path.unlink()
        # Where Python is interrupted in its own start it prints a trace; we never do.
        printed = project.interrupt_when(f"logs/tiny/{log}", after_s=0.4, by=signal.SIGINT)
        assert not re.search(r'cli\.py", line \d+, in main', printed), printed
    project.build()
    assert project.digests() == built.digests()


def test_training_killed_midway_is_resumed_and_ends_with_the_same_weights(built, project):
    run = project.folder / RUN
    for name in ("model.safetensors", "model.json", "history.csv"):
        (run / name).unlink()
    checkpoint = "cache/tiny/runs/paper/seed-1/checkpoint.safetensors"
    project.interrupt_when(checkpoint, after_s=0, by=signal.SIGKILL)
    assert "resumed after epoch" in project.build(f"{RUN}/model.safetensors")
    assert project.digests() == built.digests()
    assert not (project.folder / checkpoint).exists()


def changed(project: Project, section: str, key: str, value) -> set[str]:
    overlay = json.loads(json.dumps(TINY))
    overlay["datasets"]["tiny"].setdefault(section, {})[key] = value
    project.set_params(overlay)
    return project.planned()


REPORTING = {"metrics", "tables", "report"}


def test_a_parameter_reruns_its_stage_and_what_follows_and_no_more(project):
    planned = changed(project, "train", "learning_rate", 0.01)
    assert {"train", "evaluate_retrieval", "evaluate_sed"} | REPORTING <= planned
    assert not planned & {"render_clips", "features", "text", "availability", "annotations"}

    assert "train" in changed(project, "train", "precision", "bf16")
    for key, value in (("device", "cpu"), ("device", "cuda"), ("resident_mb", 1)):
        assert changed(project, "train", key, value) <= {"report"}, "where, not what, is computed"

    planned = changed(project, "features", "n_mels", 64)
    assert planned <= {"report"}  # the same value as before, spelt out

    planned = changed(project, "features", "fmin_hz", 20.0)
    assert {"features", "train"} <= planned
    assert not planned & {"render_clips", "text", "availability"}


def test_a_source_file_reruns_the_stages_that_import_it(project):
    path = project.folder / "src/audiophrase/evaluate/retrieval.py"
    path.write_text(path.read_text() + "\n# changed\n")
    planned = project.planned()
    assert "evaluate_retrieval" in planned
    assert not planned & {"train", "evaluate_sed", "features"}


def test_a_deleted_artifact_is_made_again(built, project):
    """One of each kind: a shard, and one of a run's files. One run makes both good."""
    (project.folder / RUN / "history.csv").unlink()
    planned = project.planned()
    assert "train" in planned
    assert "features" not in planned
    (project.folder / "data/tiny/features/log-mel/val-00000.parquet").unlink()
    assert "features" in project.planned()
    project.build(f"{RUN}/history.csv")  # which was made of the shard, too
    assert project.digests() == built.digests()


def test_asking_for_the_report_alone_makes_the_tables_too(project):
    shutil.rmtree(project.folder / "results")
    assert {"train", "tables", "report"} <= project.planned("results/tiny/report.html")
