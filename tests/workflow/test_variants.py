"""Variants in the real chain: which are run, what they share, and the table they end in."""

import copy
import json

import pandas as pd
import pytest
from snakemake_project import TINY, Project

PAPER, SHUFFLED, RAW = (
    f"results/tiny/runs/{variant}/seed-1" for variant in ("paper", "shuffled", "no-min-max")
)
TABLE = "results/tiny/tables/ablations.csv"


def with_entry(**entry) -> dict:
    params = copy.deepcopy(TINY)
    params["datasets"]["tiny"] |= entry
    return params


@pytest.fixture(scope="module")
def compared(built, shared) -> Project:
    """The tiny data set in two more variants. Not to be changed: copy it."""

    def make(folder):
        project = built.copy(folder / "project")
        project.set_params(with_entry(variants=["paper", "shuffled", "no-min-max"]))
        project.build(TABLE)

    return Project(shared("variants", make) / "project")


def measures(project: Project, run: str, name: str) -> dict:
    return json.loads((project.folder / run / f"{name}.json").read_text())


def test_a_variant_of_evaluation_alone_is_measured_on_the_papers_model(compared):
    assert not (compared.folder / RAW / "model.safetensors").exists()
    assert (compared.folder / SHUFFLED / "model.safetensors").exists()
    assert measures(compared, RAW, "retrieval") == measures(compared, PAPER, "retrieval")
    raw, of_paper = measures(compared, RAW, "sed"), measures(compared, PAPER, "sed")
    assert raw["measures"]["mean"] != of_paper["measures"]["mean"]
    assert raw["measures"]["always_on"] == of_paper["measures"]["always_on"]


def test_every_variant_is_a_line_of_one_table(compared):
    table = pd.read_csv(compared.folder / TABLE)
    assert list(table["variant"].unique()) == ["paper", "paper, max", "shuffled", "no-min-max"]
    metrics = json.loads((compared.folder / "results/tiny/metrics.json").read_text())
    line = table[(table["variant"] == "shuffled") & (table["measure"] == "average_precision")]
    found = metrics["variants"]["shuffled"]["1"]["sed"]["mean"]["average_precision"]
    assert line["value"].item() == pytest.approx(found)
    assert metrics["changes"]["shuffled"] == {"train.shuffle_pairs": True}


def test_a_variant_taken_away_makes_the_tables_anew_and_trains_nothing(compared, tmp_path):
    project = compared.copy(tmp_path / "project")
    assert "Nothing to be done" in project.build(TABLE)
    project.set_params(TINY)
    assert project.planned(TABLE) == {"metrics", "tables"}


def test_a_data_set_in_comparison_is_made_for_the_table(project):
    params = with_entry(compare=["native"])
    params["datasets"]["native"] = copy.deepcopy(TINY["datasets"]["tiny"])
    params["datasets"]["native"]["features"] = {"front_end": "log-mel-native"}
    project.set_params(params)
    assert {"features", "train", "metrics", "tables"} <= project.planned(TABLE)
    assert project.planned("results/tiny/metrics.json") == set()
