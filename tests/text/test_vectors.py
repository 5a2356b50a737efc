from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from audiophrase.errors import VectorsError
from audiophrase.params import NormaliseParams, Word2VecParams
from audiophrase.text.vectors import read_vectors, train_vectors, vocabulary

GLOVE = Path(__file__).parents[2].parent / "shared" / "vectors" / "glove-100d-21k.bin"
NORMALISE = NormaliseParams(
    split_dashes=True, capital_function_words=False, lemma=True, stem=True, corrections={}
)
SMALL = Word2VecParams(
    n_dimensions=8, window=2, n_epochs=3, n_negative=5, learning_rate=0.025, seed=1
)


@pytest.fixture
def saved(tmp_path):
    """The same vectors in both forms of a word2vec file, as gensim writes them."""
    vectors = KeyedVectors(4)
    words = ["the", "dog", "bárk", "New_York"]
    vectors.add_vectors(words, np.arange(16, dtype=np.float32).reshape(4, 4))
    vectors.save_word2vec_format(tmp_path / "v.bin", binary=True)
    vectors.save_word2vec_format(tmp_path / "v.txt", binary=False)
    return tmp_path


@pytest.mark.parametrize("name", ["v.bin", "v.txt"])
def test_wanted_vectors_are_read_and_no_others(saved, name):
    found = read_vectors(saved / name, {"dog", "bárk", "absent"})
    assert set(found) == {"dog", "bárk"}
    np.testing.assert_array_equal(found["bárk"], [8, 9, 10, 11])


@pytest.mark.skipif(not GLOVE.exists(), reason="../shared/vectors/glove-100d-21k.bin is absent")
def test_a_real_file_is_read_as_gensim_reads_it():
    wanted = ["dog", "barks", "rain", "of"]
    theirs = KeyedVectors.load_word2vec_format(GLOVE, binary=True)
    ours = read_vectors(GLOVE, [*wanted, "a"])
    assert "a" not in ours
    for word in wanted:
        np.testing.assert_array_equal(ours[word], theirs[word])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "byte 0"),
        (b"hello\n", "byte 0"),
        (b"-1 4\n", "byte 0"),
        (b"1 99999999\n", "byte 0"),
        (b"2 2\nab " + bytes(8) + b"\ncd " + bytes(3), "byte 15.*within word 2 of 2"),
        (b"2 2\nab " + bytes(8), "byte 15.*no word where word 2"),
        (b"1 2\n" + b"x" * 5000, "byte 4"),
        (b"1 2\nab " + np.array([np.nan, 1], "<f4").tobytes(), "byte 4.*not finite"),
    ],
)
def test_malformed_binary_files_are_refused_with_the_byte_offset(tmp_path, content, told):
    path = tmp_path / "v.bin"
    path.write_bytes(content)
    with pytest.raises(VectorsError, match=told):
        read_vectors(path, {"ab", "cd"})


def test_malformed_text_and_missing_files_are_refused(tmp_path):
    path = tmp_path / "v.txt"
    path.write_text("2 2\nab 1 2\ncd 1\n")
    with pytest.raises(VectorsError, match=r"byte 11.*1 numbers, not 2"):
        read_vectors(path, {"cd"})
    with pytest.raises(VectorsError, match="No such file"):
        read_vectors(tmp_path / "absent.bin", {"ab"})


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
