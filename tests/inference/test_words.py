"""The user's words: under which form they are known, and what becomes of those that are not."""

import copy
from collections import Counter

import numpy as np
import pytest
import yaml
from snakemake_project import ROOT

from audiophrase import params
from audiophrase.inference.words import Vocabulary, WordsError
from audiophrase.parameters.sections import select
from audiophrase.settings import structure
from audiophrase.text.vectors import vocabulary

WORDS = {"a": 9, "dog": 5, "dogs": 1, "bark": 4, "barks": 3, "TV": 2, "zyx": 1}
VECTORS = {
    word: np.random.default_rng(n).standard_normal(4).astype(np.float32)
    for n, word in enumerate(["a", "dog", "bark", "TV"])
}


@pytest.fixture(scope="module")
def settings():
    sections = params.effective(yaml.safe_load((ROOT / "params.yaml").read_text()), "demo", "paper")
    return select(sections, "text", "text.normalise", "train")


def table(settings, words=WORDS):
    normalise = structure(settings, "text.normalise")
    return vocabulary(Counter(words), (), VECTORS, normalise, np.random.default_rng(1))


def unit(vector):
    return vector / np.linalg.norm(vector)


def test_words_are_found_as_the_pipeline_finds_them_and_in_lower_case(settings):
    text = Vocabulary(table(settings), settings).text("A Dog, barking; the dog's tv!")
    assert text.words == ("A", "Dog", "barking", "the", "dog", "TV")
    assert set(text.unknown) == {"the"}
    for number, form in enumerate(["a", "dog", "bark", None, "dog", "TV"]):
        if form:
            np.testing.assert_allclose(text.vectors[number], unit(VECTORS[form]), atol=1e-6)


def test_unknown_words_share_the_vector_of_the_pipeline(settings):
    with_unknown = table(settings)
    row = with_unknown["word"].to_pylist().index("zyx")
    expected = unit(with_unknown["vector"][row].values.to_numpy())
    known = {word: n for word, n in WORDS.items() if word != "zyx"}
    for made in (with_unknown, table(settings, known)):
        text = Vocabulary(made, settings).text("dog qqq")
        np.testing.assert_allclose(text.vectors[1], expected, atol=1e-6)
        assert text.unknown == {"qqq": ()}


def test_or_they_are_left_out_as_in_training(settings):
    left_out = copy.deepcopy(settings)
    left_out["train"]["unknown_words"] = "left_out"
    text = Vocabulary(table(settings), left_out).text("dog qqq zyx")
    assert text.words == ("dog",)
    assert set(text.unknown) == {"qqq", "zyx"}
    assert "left out" in text.remark


def test_the_nearest_are_spelt_like_it(settings):
    of_all = Vocabulary(table(settings), settings)
    assert of_all.nearest("barkz") == ("bark", "barks")
    assert of_all.text("a dgo").unknown == {"dgo": ("dog",)}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has no word"),
        (" \n", "has no word"),
        ("?!…", "has no word"),
        ("zyx", "knows no word of 'zyx': 'zyx'"),
        ("barkz", "like: bark, barks"),
        (None, "is no text"),
        (7, "is no text"),
        ("dog " * 10_000, "letters"),
    ],
)
def test_a_text_without_a_known_word_is_refused(settings, text, problem):
    with pytest.raises(WordsError, match=problem):
        Vocabulary(table(settings), settings).text(text)


def test_other_words_are_asked_for_once_under_all_their_forms(settings):
    asked = []

    def more(words):
        asked.append(set(words))
        return {"zebra": np.ones(4, np.float32)} if "zebra" in words else {}

    of_all = Vocabulary(table(settings), settings, more)
    for _ in range(2):
        assert of_all.text("zebras qqq dog").unknown == {"qqq": ()}
    assert len(asked) == 2
    assert {"zebras", "zebra"} <= asked[0]
