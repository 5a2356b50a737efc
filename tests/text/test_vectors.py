from collections import Counter

import numpy as np
import pytest

from audiophrase.errors import VectorsError
from audiophrase.text.parameters import NormaliseParams, Word2VecParams
from audiophrase.text.vectors import train_vectors, vocabulary

NORMALISE = NormaliseParams(
    split_dashes=True, capital_function_words=False, lemma=True, stem=True, corrections={}
)
SMALL = Word2VecParams(
    n_dimensions=8, window=2, n_epochs=3, n_negative=5, learning_rate=0.025, seed=1
)


def test_training_is_repeatable_and_depends_on_the_seed():
    sentences = [["rain", "falls"], ["a", "dog", "barks"], ["rain", "and", "a", "dog"]] * 5
    first, second = train_vectors(sentences, SMALL), train_vectors(sentences, SMALL)
    assert set(first) == {"rain", "falls", "a", "dog", "barks", "and"}
    for word in first:
        np.testing.assert_array_equal(first[word], second[word])
    other = train_vectors(sentences, Word2VecParams(8, 2, 3, 5, 0.025, seed=2))
    assert not np.array_equal(first["dog"], other["dog"])


def test_words_without_a_vector_share_one_drawn_from_the_seed():
    vectors = {"dog": np.array([1.0, 2.0]), "bark": np.array([3.0, 6.0])}
    counts = Counter({"dog": 3, "barks": 2, "qqq": 1, "zzz": 0})
    rows = vocabulary(counts, {"dog"}, vectors, NORMALISE, np.random.default_rng(1)).to_pylist()
    by_word = {row["word"]: row for row in rows}
    assert [row["word_id"] for row in rows] == [0, 1, 2, 3]
    assert by_word["dog"]["how"] == "corrected"
    assert (by_word["barks"]["how"], by_word["barks"]["source_form"]) == ("lemma", "bark")
    assert by_word["qqq"]["source_form"] == by_word["zzz"]["source_form"] == "UNK"
    assert by_word["qqq"]["vector"] == by_word["zzz"]["vector"]
    noise = np.random.default_rng(1).standard_normal(2)
    np.testing.assert_allclose(by_word["qqq"]["vector"], [2, 4] + np.array([1, 2]) * noise, 1e-6)
    assert by_word["zzz"]["count"] == 0


def test_odd_dimensions_and_no_known_word_are_refused():
    rng = np.random.default_rng(1)
    with pytest.raises(VectorsError, match="odd"):
        vocabulary(Counter(["dog"]), set(), {"dog": np.ones(3)}, NORMALISE, rng)
    with pytest.raises(VectorsError, match="none of the captions' words"):
        vocabulary(Counter(["dog"]), set(), {"cat": np.ones(2)}, NORMALISE, rng)
