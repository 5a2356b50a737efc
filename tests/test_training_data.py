"""What training and evaluation read: words without a vector of their own, and what is left."""

from pathlib import Path

import pyarrow as pa
import pytest

from audiophrase import params, tables
from audiophrase.stages.training_data import read_word_ids

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
    settings = params.select(sections, "train")
    assert read_word_ids(captions, "caption_id", vocabulary, settings) == expected
