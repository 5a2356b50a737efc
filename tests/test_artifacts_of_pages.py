"""What pages are made of, and what is asked for before them."""

import copy
from pathlib import Path

import pytest

from audiophrase import artifacts as paths
from audiophrase import params
from audiophrase.errors import AudiophraseError

ROOT = Path(__file__).parents[1]


@pytest.fixture
def document(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return copy.deepcopy(params.load(ROOT / "params.yaml"))


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
