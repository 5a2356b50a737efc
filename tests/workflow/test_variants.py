"""Variants in the real chain: which are run, what they share, and the table they end in."""

import copy
import json

import pandas as pd
import pytest
from snakemake_project import TINY, Project

SHUFFLED = "results/tiny/runs/shuffled/seed-1"
RAW = "results/tiny/runs/no-min-max/seed-1"


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Project:
    """The tiny data set in four variants, beside the same one at its native rate."""
    params = copy.deepcopy(TINY)
    tiny = params["datasets"]["tiny"]
    tiny["train"]["max_epochs"] = 2
    native = copy.deepcopy(tiny)
    native["title"], native["features"] = "At its native rate", {"sample_rate_hz": None}
    tiny["variants"] = ["paper", "shuffled", "no-min-max", "max-words"]
    tiny["compare"] = ["tiny-native"]
    params["datasets"]["tiny-native"] = native
    project = Project.create(tmp_path_factory.mktemp("variants") / "project", params)
    project.build("results/tiny/report.html")
    return project


def measures(project: Project, run: str, name: str) -> dict:
    return json.loads((project.folder / run / f"{name}.json").read_text())


def test_a_variant_of_evaluation_alone_is_measured_on_the_papers_model(compared):
    assert not (compared.folder / RAW / "model.safetensors").exists()
    assert (compared.folder / SHUFFLED / "model.safetensors").exists()
    paper = "results/tiny/runs/paper/seed-1"
    retrieval = measures(compared, paper, "retrieval")
    assert measures(compared, RAW, "retrieval") == retrieval
    assert (
        measures(compared, RAW, "sed")["measures"] != measures(compared, paper, "sed")["measures"]
    )


def test_every_variant_is_a_line_of_one_table(compared):
    table = pd.read_csv(compared.folder / "results/tiny/tables/ablations.csv")
    lines = ["paper", "paper, max", "shuffled", "no-min-max", "max-words", "tiny-native"]
    assert list(table["variant"].unique()) == lines
    metrics = json.loads((compared.folder / "results/tiny/metrics.json").read_text())
    of = table[(table["variant"] == "shuffled") & (table["measure"] == "average_precision")]
    found = metrics["variants"]["shuffled"]["1"]["sed"]["mean"]["average_precision"]
    assert of["value"].item() == pytest.approx(found)
    assert metrics["changes"]["shuffled"] == {"train.shuffle_pairs": True}
    assert "train.shuffle_pairs: true" in (compared.folder / "results/tiny/report.html").read_text()


def test_nothing_is_left_to_do_and_a_variant_taken_away_reruns_the_report_alone(compared):
    assert "Nothing to be done" in compared.build("results/tiny/report.html")
    params = json.loads(json.dumps(TINY))
    params["datasets"]["tiny"]["train"]["max_epochs"] = 2
    compared.set_params(params)
    planned = compared.planned("results/tiny/report.html")
    assert planned == {"metrics", "tables", "report"}
