"""From the words of captions and phrases to words that may have a vector."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import NamedTuple

import simplemma
import snowballstemmer

from audiophrase.text.parameters import NormaliseParams

# The released code expands contractions before it looks words up.
_CONTRACTIONS = {
    "can't": "can not",
    "won't": "will not",
    "shan't": "shall not",
    "it's": "it is",
    "he's": "he is",
    "she's": "she is",
    "that's": "that is",
    "there's": "there is",
    "what's": "what is",
    "who's": "who is",
    "let's": "let us",
    "i'm": "i am",
}
_CONTRACTED_ENDINGS = {"n't": " not", "'re": " are", "'ve": " have", "'ll": " will", "'d": " would"}
HOW = ("exact", "corrected", "lemma", "stem", "lower", "unk")
_DASHES = re.compile(r"[-\u2010-\u2015\u2212]")
_WORD = re.compile(r"\w+(?:['-]\w+)*")
_FUNCTION_WORDS = {"a": "A", "and": "And", "of": "Of", "to": "To"}
_STEMMER = snowballstemmer.stemmer("english")


class Match(NamedTuple):
    """Under which form a word was found among the vectors, and by which step."""

    source_form: str | None
    how: str  # one of HOW


def words_of(tokens: Iterable[str], params: NormaliseParams) -> list[tuple[str, bool]]:
    """Words of a caption's or phrase's tokens, each with whether a correction made it.

    Spelling corrections, contractions, dashes to spaces, possessives and punctuation dropped.
    A token may become several words, or none.
    """
    words = []
    for token in _rejoined(tokens, params):
        corrected = token in params.corrections
        text = params.corrections.get(token, token)
        if params.split_dashes:
            text = _DASHES.sub(" ", text)
        for piece in text.split():
            if piece == "'s":  # a possessive that the annotation's tokeniser cut off
                continue
            expanded = _CONTRACTIONS.get(piece) or _expand_ending(piece)
            words += [(word, corrected) for word in _bare_words(expanded)]
    return words


def _rejoined(tokens: Iterable[str], params: NormaliseParams) -> list[str]:
    """Tokens of which those are whole again that were cut in two and mean something together.

    A tokeniser cuts get's, it's and can't before the apostrophe, or the n; a possessive stays cut.
    """
    whole: list[str] = []
    for token in tokens:
        token = unicodedata.normalize("NFC", token).replace("\u2019", "'").strip()
        joined = whole[-1] + token if whole else ""
        if "'" in token and (joined in params.corrections or joined in _CONTRACTIONS):
            whole[-1] = joined
        else:
            whole.append(token)
    return whole


def match(word: str, vocabulary: Collection[str], params: NormaliseParams) -> Match:
    """The form of a word that has a vector: itself, else its lemma, else its Snowball stem.

    With the fall-back to lower case, else the first of these three of the word in lower case.
    """
    if params.capital_function_words and _FUNCTION_WORDS.get(word) in vocabulary:
        return Match(_FUNCTION_WORDS[word], "corrected")
    if word in vocabulary:
        return Match(word, "exact")
    if params.lemma and (lemma := simplemma.lemmatize(word, lang="en")) in vocabulary:
        return Match(lemma, "lemma")
    if params.stem and (stem := _STEMMER.stemWord(word)) in vocabulary:
        return Match(stem, "stem")
    # Departure: the released code leaves case alone (`text.normalise.lower_case_fallback`).
    if params.lower_case_fallback and (lower := word.lower()) != word:
        form = next((form for form in _forms(lower, params) if form in vocabulary), None)
        return Match(form, "unk" if form is None else "lower")
    return Match(None, "unk")


def candidates(word: str, params: NormaliseParams) -> list[str]:
    """Every form under which `match` may find a word, to be picked out of a large file."""
    forms = _forms(word, params)
    if params.capital_function_words and word in _FUNCTION_WORDS:
        forms.append(_FUNCTION_WORDS[word])
    if params.lower_case_fallback and (lower := word.lower()) != word:
        forms += _forms(lower, params)
    return forms


def _forms(word: str, params: NormaliseParams) -> list[str]:
    forms = [word]
    if params.lemma:
        forms.append(simplemma.lemmatize(word, lang="en"))
    if params.stem:
        forms.append(_STEMMER.stemWord(word))
    return forms


def _expand_ending(word: str) -> str:
    for ending, expansion in _CONTRACTED_ENDINGS.items():
        if word.endswith(ending):
            return word.removesuffix(ending) + expansion
    return word


def _bare_words(text: str) -> list[str]:
    return [
        bare
        for word in _WORD.findall(text)
        if (bare := word.removesuffix("'s").replace("'", "").strip("_"))
    ]
