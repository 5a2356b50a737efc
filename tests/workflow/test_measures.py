"""A new measure: what is made again for it, and where it then stands."""

import json

import numpy as np
import pandas as pd
import pytest
from recipes import perform

RUN = "results/tiny/runs/paper/seed-1"
RETRIEVAL = """        PerQuery("mrr", None, 1 / queries.best_rank),
"""


def add_measure_of_retrieval(project) -> None:
    path = project.folder / "src/audiophrase/evaluate/retrieval.py"
    before = '        PerQuery("median_rank"'
    text = path.read_text()
    assert text.count(before) == 1
    path.write_text(text.replace(before, RETRIEVAL + before))


def test_a_new_measure_of_detection_makes_detection_and_what_follows_again(project):
    assert len(perform(project, "A measure")) == 2
    assert project.planned() == {
        "evaluate_sed",
        "metrics",
        "tables",
        "figure",
        "report",
        "explorer",
    }
    project.build("results/tiny/tables/sed.csv")
    curve = pd.read_csv(project.folder / RUN / "sed_curve.csv")
    rows = pd.read_csv(project.folder / "results/tiny/measures.csv")
    new = rows[(rows["measure"] == "break_even") & (rows["part"] == "all")].set_index("scores")
    assert list(new.index) == ["mean", "max", "random"]
    for scores, of_scores in curve.groupby("aggregation"):
        sampled = np.minimum(of_scores["precision"], of_scores["recall"]).max()
        assert sampled <= new.loc[scores, "value"] <= 1  # the exact curve has more points
    assert new[["parameter", "low", "high", "sd"]].isna().all(axis=None)
    metrics = json.loads((project.folder / "results/tiny/metrics.json").read_text())
    assert metrics["sed"]["mean"]["break_even"] == new.loc["mean", "value"]
    table = pd.read_csv(project.folder / "results/tiny/tables/sed.csv")
    assert table.loc[table["scores"] == "max", "break_even"].item() == new.loc["max", "value"]
    assert "| break-even |" in (project.folder / "results/tiny/tables/sed.md").read_text()


def test_a_new_measure_of_retrieval_makes_retrieval_and_what_follows_again(project):
    add_measure_of_retrieval(project)
    planned = project.planned()
    assert {"evaluate_retrieval", "metrics", "tables", "report"} <= planned
    assert not planned & {"train", "evaluate_sed", "text", "features", "availability"}
    project.build("results/tiny/tables/retrieval.csv")
    rows = pd.read_csv(project.folder / "results/tiny/measures.csv")
    new = rows[rows["measure"] == "mrr"].set_index("scores")
    assert list(new.index) == ["audio_to_caption", "caption_to_audio"]
    assert set(new["part"]) == {"full_pool"}
    assert (new["low"] <= new["value"]).all()
    assert (new["value"] <= new["high"]).all()
    assert "| mrr |" in (project.folder / "results/tiny/tables/retrieval.md").read_text()


@pytest.mark.parametrize("task", ["retrieval", "sed"])
def test_the_rows_of_a_data_set_are_those_of_its_runs(built, task):
    rows = pd.read_parquet(built.folder / "results/tiny/measures.parquet")
    of_run = pd.read_parquet(built.folder / RUN / f"{task}_measures.parquet")
    gathered = rows[rows["task"] == task]
    assert set(gathered["audio"]) == {"rendered"}
    assert set(gathered["variant"]) == {"paper"}
    assert set(gathered["seed"]) == {1}
    assert gathered[list(of_run)].reset_index(drop=True).equals(of_run)


def test_both_forms_of_the_rows_say_the_same(built):
    rows = pd.read_parquet(built.folder / "results/tiny/measures.parquet")
    as_csv = pd.read_csv(
        built.folder / "results/tiny/measures.csv", dtype={"only_clips_of": object}
    )
    assert list(rows) == list(as_csv)
    pd.testing.assert_frame_equal(rows, as_csv, check_dtype=False, check_exact=True)


def test_counts_of_the_data_set_come_first(built):
    rows = pd.read_csv(built.folder / "results/tiny/measures.csv")
    counts = rows[rows["task"] == "dataset"]
    assert list(counts.index) == list(range(18))  # six of each split
    test = counts[counts["part"] == "test"].set_index("measure")["value"]
    assert (test["annotated"], test["clips"], test["missing"]) == (6, 5, 1)
    assert counts[["variant", "seed", "scores", "parameter"]].isna().all(axis=None)
