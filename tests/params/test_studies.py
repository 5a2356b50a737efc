"""Studies in params.yaml: what is refused before any job, and what data sets and rules see of them."""

import copy
from pathlib import Path

import pytest
import yaml

from audiophrase import artifacts, params
from audiophrase.errors import AudiophraseError, ParamsError
from audiophrase.params import for_jobs
from audiophrase.params.studies import all_members, members
from audiophrase.splits import SPLITS
from audiophrase.youtube.fetching import settings_of

PARAMS_PATH = Path(__file__).parents[2] / "params.yaml"
STUDY = {"title": "Across", "splits": {"train": "demo", "test": "audiogrounding"}}


def checked(document, **entry):
    document["datasets"]["across"] = copy.deepcopy(STUDY) | entry
    params.check(document)
    return document


def test_a_split_is_that_of_its_data_set_and_val_goes_with_train(document):
    document = checked(document)
    of_splits = {"train": ["demo"], "val": ["demo"], "test": ["audiogrounding"]}
    assert members(document, "across") == of_splits
    assert all_members(document, "across") == ["demo", "audiogrounding"]
    assert members(document, "demo") == {split: ["demo"] for split in SPLITS}
    several = checked(document, splits={"train": ["demo", "audiogrounding"], "test": "demo"})
    assert members(several, "across")["val"] == ["demo", "audiogrounding"]
    assert params.require_paths(document, "across") is None


def test_features_of_the_members_are_read_where_they_lie(document):
    document = checked(document)
    assert artifacts.shards(document, "across", "features/log-mel", "train") == [
        f"data/demo/features/log-mel/train-{n:05d}.parquet" for n in range(5)
    ]
    made = artifacts.artifacts(document, "across", [])
    assert "data/audiogrounding/features/log-mel/test-00000.parquet" in made
    assert "data/audiogrounding/features/log-mel/train-00000.parquet" not in made
    assert "data/audiogrounding/manifests/features-log-mel-test.json" in made
    assert not [path for path in made if path.startswith(("data/across/clips", "data/across/feat"))]


def test_an_ordinary_data_set_is_the_same_beside_a_study(document, valid):
    alone = artifacts.artifacts(valid, "demo", [])
    beside = checked(document)
    assert artifacts.artifacts(beside, "demo", []) == alone
    for names in (["features"], ["text"], ["retrieve"]):
        assert for_jobs.settings_json(beside, names, "demo") == for_jobs.settings_json(
            valid, names, "demo"
        )


def test_the_example_of_the_docs_is_valid(document):
    text = (PARAMS_PATH.parent / "docs/studies.md").read_text()
    example = yaml.safe_load(text.partition("```yaml\n")[2].partition("```")[0])
    document["datasets"] |= example["datasets"]
    params.check(document | {"build": example["build"]})
    assert all_members(document, "across") == ["captions", "grounding"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"splits": {"train": "dema", "test": "demo"}}, "there is no data set 'dema'"),
        ({"splits": {"train": "dema", "test": "demo"}}, "did you mean 'demo'?"),
        ({"splits": {"train": "demo"}}, "datasets.across.splits: missing test"),
        ({"splits": {"train": [], "test": "demo"}}, "datasets.across.splits.train is empty"),
        (
            {"splits": {"train": "demo", "tset": "demo"}},
            "unknown key 'tset' (did you mean 'test'?)",
        ),
        ({"splits": {"train": 3, "test": "demo"}}, "3 is not text"),
        ({"splits": {"train": "across", "test": "demo"}}, "'across', which is a study itself"),
        ({"splits": {"train": "demo", "test": "listed"}}, "'listed', a list of clips without"),
        ({"clips": "local"}, "so it cannot set clips"),
        ({"shards": {"train": 1, "val": 1, "test": 1}}, "so it cannot set shards"),
        ({"annotations": {}, "retrieve": {}}, "so it cannot set annotations, retrieve"),
        ({"features": {"n_mels": 40}}, "features.n_mels is 40, but 64 for 'demo'"),
        ({"features": {"edges": "reflect"}}, "features.edges is 'reflect', but 'zeros' for 'demo'"),
        (
            {"features": {"front_end": "log-mel-native"}},
            "features.front_end is 'log-mel-native', but 'demo' has features by log-mel",
        ),
        (
            {"variants": ["paper", "log-mel-native"]},
            "features.front_end is 'log-mel-native', but 'demo' has features by log-mel",
        ),
        ({"exclude_leaks": "yes"}, "exclude_leaks: 'yes' is not true or false"),
    ],
)
def test_what_cannot_be_a_study_is_refused_in_words(document, entry, said):
    document["datasets"]["listed"] = {
        "title": "A list",
        "clips": "youtube",
        "shards": {"train": 1, "val": 1, "test": 1},
        "annotations": {"list": "clips.csv"},
    }
    with pytest.raises(ParamsError) as refused:
        checked(document, **entry)
    assert said in str(refused.value)
    assert "What to do" in str(refused.value)


def test_a_study_of_a_set_whose_files_are_not_named_cannot_be_made_yet(document):
    document = checked(document, splits={"train": "demo", "test": "rehearsal"})
    assert "across" not in params.with_paths(document)
    with pytest.raises(ParamsError, match="data set 'rehearsal': text"):
        params.require_paths(document, "across")


def test_clips_and_features_are_asked_of_the_members(document, tmp_path, monkeypatch):
    document = checked(document)
    with pytest.raises(AudiophraseError, match="'across' is a study"):
        for_jobs.require_part(document, "across", shard="train-00000")
    monkeypatch.setattr(params, "load", lambda *paths: document)
    with pytest.raises(AudiophraseError, match="fetch those of demo, audiogrounding"):
        settings_of("across", ())
