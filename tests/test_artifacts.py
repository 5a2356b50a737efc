"""The paths of the contract, from params.yaml alone."""

from pathlib import Path

import pytest

from audiophrase import artifacts as paths
from audiophrase.errors import AudiophraseError


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_demo_has_what_others_may_read(document):
    listed = paths.artifacts(document, "demo", ["training"])
    assert len(listed) == len(set(listed))
    for path in (
        "data/demo/annotations/captions.parquet",
        "data/demo/clips/train-00004.parquet",
        "data/demo/features/log-mel/test-00000.parquet",
        "data/demo/manifests/features-log-mel-val.json",
        "data/demo/availability.csv",
        "data/demo/text/vocabulary.parquet",
        "results/demo/runs/paper/seed-1/model.safetensors",
        "results/demo/runs/paper/seed-1/sed_scores.parquet",
        "results/demo/tables/retrieval.md",
        "results/demo/figures/training.svg",
        "results/demo/measures.csv",
        "results/demo/report.html",
    ):
        assert path in listed, path


def test_runs_are_those_of_all_variants_and_seeds_and_models_those_that_are_trained(document):
    document["datasets"]["demo"] |= {"variants": ["paper", "no-min-max", "log-mel-native"]}
    document["train"]["seeds"] = [1, 2]
    listed = paths.artifacts(document, "demo", [])
    runs = {path.rsplit("/", 1)[0] for path in listed if path.endswith("sed.json")}
    assert runs == {
        f"results/demo/runs/{variant}/seed-{seed}"
        for variant in ("paper", "no-min-max", "log-mel-native")
        for seed in (1, 2)
    }
    models = {path.split("/")[3] for path in listed if path.endswith("model.json")}
    assert models == {"paper", "log-mel-native"}, "the third is evaluated with the paper's"
    features = {path.split("/")[3] for path in listed if path.startswith("data/demo/features/")}
    assert features == {"log-mel", "log-mel-native"}


def test_clips_are_not_asked_for_where_all_features_are_there_without_any(document):
    def clips():
        return [p for p in paths.artifacts(document, "demo", []) if "/clips/" in p]

    assert len(clips()) == 7
    features = paths.shards(document, "demo", "features/log-mel")
    for path in map(Path, features):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    assert clips() == []
    Path(features[-1]).unlink()
    assert len(clips()) == 7
    Path(features[-1]).touch()
    one = Path(paths.shards(document, "demo", "clips", "val")[0])
    one.parent.mkdir()
    one.touch()
    assert len(clips()) == 7


def test_clips_are_heard_where_they_may_be_passed_on(document):
    assert paths.clips_to_hear(document, "demo") == ["data/demo/clips/test-00000.parquet"]
    assert paths.heard_manifests(document, "demo") == ["data/demo/manifests/clips-test.json"]
    assert paths.clips_to_hear(document, "audiogrounding") == []
    assert paths.heard_manifests(document, "audiogrounding") == []


def test_before_the_report_comes_all_but_clips_and_pages(document):
    everything = set(paths.artifacts(document, "demo", ["training"]))
    left_out = everything - set(paths.before_report(document, "demo", ["training"]))
    assert {path for path in left_out if "/clips/" not in path} == {
        path.format(dataset="demo") for path in paths.PAGES
    }
    assert set(paths.shards(document, "demo", "clips")) <= left_out


def test_a_list_of_clips_has_nothing_to_train_on(document):
    assert paths.require_captions(document, "demo") == "data/demo/annotations/captions.parquet"
    document["datasets"]["demo"]["annotations"] = {"list": "x.csv"}
    with pytest.raises(AudiophraseError, match="without captions") as refused:
        paths.require_captions(document, "demo")
    assert "snakemake data/demo/availability.csv" in str(refused.value)
