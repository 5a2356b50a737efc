"""Captions cut into tokens as the published files are, and put together again."""

import pytest

from audiophrase.annotations.words import caption_of, tokens_of


@pytest.mark.parametrize(
    ("caption", "tokens"),
    [
        ("a dog barks", ["a", "dog", "barks"]),
        (
            "A man's dog barks, then stops.",
            ["A", "man", "'s", "dog", "barks", ",", "then", "stops", "."],
        ),
        ("the dogs' bell", ["the", "dogs", "'", "bell"]),
        ("high-pitched whine", ["high-pitched", "whine"]),
        ("someone inhales/exhales", ["someone", "inhales/exhales"]),
        ("it can't be (really)", ["it", "can't", "be", "(", "really", ")"]),
        ("un café très fort", ["un", "café", "très", "fort"]),
        (" \n ", []),
    ],
)
def test_a_caption_is_cut_at_spaces_punctuation_and_possessives(caption, tokens):
    assert tokens_of(caption) == tokens


@pytest.mark.parametrize(
    "caption", ["A man's dog barks, then stops.", "the dogs' bell rings", "rain"]
)
def test_what_was_cut_is_put_together_as_it_was(caption):
    assert caption_of(tokens_of(caption)) == caption
