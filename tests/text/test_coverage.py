"""The coverage report: which words of the captions were found, and how."""

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from audiophrase import params as parameters
from audiophrase.parameters.sections import select
from audiophrase.settings import structure
from audiophrase.splits import SPLITS
from audiophrase.text.coverage import REMEDY, by_word, remarks, summary, unknown
from audiophrase.text.normalise import words_of
from audiophrase.text.vectors import vocabulary, wanted_forms
from audiophrase.text.word2vec import read_vectors

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"
PAPER = structure(select(parameters.load(ROOT / "params.yaml"), "text.normalise"), "text.normalise")
VOCABULARY = pa.table(
    {
        "word": ["dog", "among", "geese", "of", "zzz"],
        "source_form": ["dog", "among", "goose", "Of", "UNK"],
        "how": ["exact", "corrected", "lemma", "corrected", "unk"],
    }
)
TEXTS = [
    [("dog", False), ("dog", True), ("of", False)],
    [("among", True), ("geese", False), ("zzz", False), ("dog", False)],
    [("zzz", False)],
]


@pytest.fixture
def rows():
    return by_word(["train", "train", "test"], TEXTS, VOCABULARY)


def test_every_word_is_a_row_of_how_it_was_found(rows):
    assert rows.to_numpy().tolist() == [
        ["train", "exact", "dog", "dog", 2],
        ["train", "corrected", "among", "among", 1],
        ["train", "corrected", "dog", "dog", 1],
        ["train", "corrected", "of", "Of", 1],
        ["train", "lemma", "geese", "goose", 1],
        ["train", "unk", "zzz", "UNK", 1],
        ["test", "unk", "zzz", "UNK", 1],
    ]


def test_the_summary_counts_words_and_tokens(rows):
    lines = summary(rows).set_index(["split", "how"])
    assert lines.loc[("train", "exact")].tolist() == [1, 2, 0.285714]
    assert lines.loc[("train", "corrected")].tolist() == [3, 3, 0.428571]
    assert lines.loc[("test", "unk")].tolist() == [1, 1, 1.0]
    assert lines.loc[("test", "exact")].tolist() == [0, 0, 0.0]


def test_captions_without_any_known_word_are_named(rows):
    captions = [{"caption_id": str(n)} for n in range(3)]
    texts = [[word for word, _ in words] for words in TEXTS]
    assert list(remarks(rows, captions, texts, VOCABULARY)) == [
        (
            "warning: 25.0 % of the captions' tokens have no vector (2 of 8, 1 word); the most "
            f"frequent: zzz (2); {REMEDY}"
        ),
        (
            "warning: captions without any known word: '2'; all their words share the vector of "
            "unknown words (train.unknown_words: left_out leaves them out)"
        ),
    ]
    assert list(remarks(rows[:2], captions[:1], texts[:1], VOCABULARY)) == []


def test_few_unknown_words_are_told_and_many_warned_of():
    """Up to a twentieth of the tokens; the most frequent words before the others."""
    few = pd.DataFrame(
        [("train", "exact", "dog", 95), ("test", "unk", "zzz", 2), ("train", "unk", "yyy", 3)],
        columns=["split", "how", "word", "tokens"],
    )
    without_vector = unknown(few)
    assert (without_vector.n_tokens, without_vector.n_unknown, without_vector.n_words) == (
        100,
        5,
        2,
    )
    assert without_vector.most_frequent == (("yyy", 3), ("zzz", 2))
    assert not without_vector.are_many
    assert next(iter(remarks(few, [], [], VOCABULARY))) == without_vector.text
    few.loc[0, "tokens"] = 94
    assert unknown(few).are_many
    assert next(iter(remarks(few, [], [], VOCABULARY))).startswith("warning: 5.1 % of the captions")


@pytest.mark.skipif(
    not (SHARED / "vectors").is_dir() or not (SHARED / "audiogrounding").is_dir(),
    reason="the published annotations and a word2vec file are not in ../shared",
)
def test_the_published_captions_with_real_vectors():
    splits, texts = [], []
    for split in SPLITS:
        columns = json.loads((SHARED / "audiogrounding" / f"{split}.json").read_text())
        tokens = {columns["audiocap_id"][row]: columns["tokens"][row] for row in columns["tokens"]}
        splits += [split] * len(tokens)
        texts += [words_of(words, PAPER) for words in tokens.values()]
    counts = Counter(word for words in texts for word, _ in words)
    seen = {pair for words in texts for pair in words}
    corrected = {word for word, changed in seen if changed and (word, False) not in seen}
    path = SHARED / "vectors" / "glove-100d-21k.bin"
    found = read_vectors(path, wanted_forms(counts, PAPER))
    table = vocabulary(counts, corrected, found, PAPER, np.random.default_rng(1))
    rows = by_word(splits, texts, table)
    assert rows["tokens"].sum() == counts.total() == 47950
    tokens = summary(rows).groupby("how")["tokens"].sum().to_dict()
    assert tokens == {
        "exact": 42527,
        "corrected": 30,
        "lemma": 42,
        "stem": 0,
        "lower": 0,
        "unk": 5351,
    }
    unknown = rows[rows["how"] == "unk"]
    assert unknown[unknown["word"] == "a"]["tokens"].tolist() == [4642, 184, 500]
    used = rows[rows["how"] == "corrected"]["word"]
    of_corrections = {word for text in PAPER.corrections.values() for word in text.split()}
    assert set(used) | {"TV", "English"} == of_corrections  # these two it has in lower case alone
