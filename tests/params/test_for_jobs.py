"""What a job is handed of the parameters, as the rules ask for it."""

import json

import pytest

from audiophrase.errors import AudiophraseError
from audiophrase.params import for_jobs
from audiophrase.params.for_jobs import front_end_of, settings_json


def sections(*arguments):
    return set(json.loads(settings_json(*arguments)))


def test_a_section_brings_along_the_parts_that_are_used(document):
    assert sections(document, ["text"], "demo") == {"text", "text.normalise", "text.word2vec"}
    document["datasets"]["demo"]["text"] = {"vectors": "google-news"}
    assert sections(document, ["text"], "demo") == {"text", "text.normalise", "text.google_news"}
    document["datasets"]["demo"]["text"] = {"vectors": "file", "vectors_file": "x"}
    assert sections(document, ["text"], "demo") == {"text", "text.normalise"}


def test_training_depends_on_its_own_encoder_and_loss(document):
    assert sections(document, ["train"], "demo", "paper") == {
        "train",
        "train.crnn",
        "train.triplet",
    }
    infonce = sections(document, ["train"], "demo", "infonce")
    assert infonce == {"train", "train.crnn", "train.infonce"}


def test_the_renderer_matters_where_clips_are_rendered(document):
    assert sections(document, ["retrieve"], "demo") == {"retrieve", "retrieve.render"}
    assert sections(document, ["retrieve"], "audiogrounding") == {"retrieve"}


def test_settings_of_features_are_those_of_the_front_end(document):
    of_paper, of_native = (
        json.loads(settings_json(document, ["features"], "demo", *chosen))["features"]
        for chosen in ((), (None, "log-mel-native"))
    )
    assert set(of_paper) - set(of_native) == {"sample_rate_hz"}
    of_variant = settings_json(document, ["features"], "demo", "log-mel-native")
    assert json.loads(of_variant)["features"] == of_native


def test_the_front_end_is_the_one_named_or_the_variant_s_or_the_paper_s(document):
    assert front_end_of(document, "demo") == "log-mel"
    assert front_end_of(document, "demo", "log-mel-native") == "log-mel-native"
    assert front_end_of(document, "demo", "log-mel-native", "onnx") == "onnx"


def test_the_text_is_the_same_however_keys_are_ordered(document):
    before = settings_json(document, ["train", "text"], "demo", "paper")
    section = document["train"]
    document["train"] = dict(reversed(section.items()))
    assert settings_json(document, ["text", "train"], "demo", "paper") == before


def test_no_such_section_is_a_key_error(document):
    with pytest.raises(KeyError, match="nonsense"):
        settings_json(document, ["nonsense"], "demo")


@pytest.mark.parametrize(
    ("wildcards", "told"),
    [
        ({"shard": "train-00005"}, "no shard 'train-00005'\n.*known: train-00000, .*train-00004$"),
        ({"shard": "val-00001"}, "known: val-00000$"),
        ({"seed": "2", "variant": "paper"}, "no seed '2'\n.*known: 1$"),
    ],
)
def test_a_shard_or_a_seed_that_there_is_not_is_refused(document, wildcards, told):
    with pytest.raises(AudiophraseError, match=told):
        for_jobs.require_part(document, "demo", **wildcards)


def test_those_that_there_are_are_not(document):
    parts = ({"shard": "train-00004", "split": "train"}, {"seed": "1", "variant": "shuffled"}, {})
    for part in parts:
        assert for_jobs.require_part(document, "demo", **part) is None
