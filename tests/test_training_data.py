"""What training and evaluation read: words without a vector of their own, and what is left."""

from pathlib import Path

import pyarrow as pa
import pytest
import torch

from audiophrase import params, tables
from audiophrase.parameters.sections import select
from audiophrase.training_data import Clips, pairs_of, read_word_ids

PARAMS = Path(__file__).parents[1] / "params.yaml"


@pytest.fixture
def files(tmp_path):
    """A vocabulary whose word 1 is unknown, and captions with and without it."""
    vocabulary, captions = tmp_path / "vocabulary.parquet", tmp_path / "captions.parquet"
    words = {"word_id": [0, 1, 2], "how": ["exact", "unk", "lemma"]}
    tables.write(vocabulary, pa.table(words), stage="text.vocabulary", settings={})
    ids = {"caption_id": ["a", "b"], "word_ids": [[0, 1, 2, 0], [1]]}
    tables.write(captions, pa.table(ids), stage="text.captions", settings={})
    return captions, vocabulary


@pytest.mark.parametrize(
    ("policy", "expected"),
    [("shared", {"a": [0, 1, 2, 0], "b": [1]}), ("left_out", {"a": [0, 2, 0], "b": []})],
)
def test_unknown_words_are_there_or_not_as_the_parameters_say(files, policy, expected):
    captions, vocabulary = files
    sections = params.effective(params.load(PARAMS), "demo")
    sections["train"]["unknown_words"] = policy
    settings = select(sections, "train")
    assert read_word_ids(captions, "caption_id", vocabulary, settings) == expected


def test_captions_without_a_word_are_left_out_and_told(tmp_path):
    rows = [
        {"caption_id": f"{clip_id}#{n}", "clip_id": clip_id, "split": "test"}
        for clip_id, n in (("x", 0), ("x", 1), ("y", 0), ("z", 0))
    ]
    captions = tmp_path / "captions.parquet"
    tables.write(captions, pa.Table.from_pylist(rows), stage="annotations.captions", settings={})
    ids = ["x", "y", "z"]
    clips = Clips(ids, set(ids), [torch.zeros(5, 2)] * 3, [0.02] * 3, 2)
    word_ids = {"x#0": [4], "x#1": [], "y#0": [], "z#0": [7, 4]}
    said = []
    pairs = pairs_of(clips, "test", captions, word_ids, say=said.append)
    assert pairs.words_of_pair == [[4], [7, 4]]
    assert pairs.clip_of_pair == [0, 1]
    assert said == [
        "test: without a word and so left out: 2 captions, and with them 1 clip without any other"
    ]
