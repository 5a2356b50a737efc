"""The user's words and their vectors: in the model's vocabulary, or in a word2vec file beside it."""

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import torch
from torch import Tensor
from torch.nn import functional as F

from audiophrase.annotations.words import tokens_of
from audiophrase.errors import AudiophraseError
from audiophrase.settings import Settings, structure
from audiophrase.text import vectors as word_vectors
from audiophrase.text.normalise import match, words_of

N_NEAREST = 3
MAX_TEXT_LENGTH = 10_000  # letters
_NO_WORD = "\0"  # stands nowhere, so it has the vector of unknown words
_CLOSE = 0.6  # difflib's ratio

More = Callable[[Collection[str]], Mapping[str, np.ndarray]]  # the vectors (D,) of words


class UnknownWordsWarning(UserWarning):
    """Words of a text are not known to the model."""


class WordsError(AudiophraseError):
    """A text without any word that the model knows."""


@dataclass(frozen=True, slots=True)
class Text:
    """A phrase or caption as the model takes it."""

    text: str
    words: tuple[str, ...]  # those that count, in their order
    vectors: Tensor  # (N, D) of length one, on the CPU
    unknown: Mapping[str, tuple[str, ...]]  # word -> those that are known and look like it
    left_out: bool = False  # whether the unknown are, or share a vector

    @property
    def remark(self) -> str | None:
        """What is to be said of its unknown words."""
        if not self.unknown:
            return None
        what = "are left out" if self.left_out else "share the vector of unknown words"
        return f"words of {self.text!r} that the model does not know {what}: {listed(self.unknown)}"


def listed(unknown: Mapping[str, Sequence[str]]) -> str:
    """Unknown words, each with the known ones that look like it."""
    return ", ".join(
        f"{word!r}" + (f" (like: {', '.join(nearest)})" if nearest else "")
        for word, nearest in unknown.items()
    )


class Vocabulary:
    """The words of the training's captions and phrases, and whatever lies beside them.

    What the user writes is cut as captions without tokens are and normalised as the model's texts
    were. A word that is not among them is looked for under its other forms; other than for the
    paper's data sets in lower case, too, since people begin a phrase with a capital. One that is
    found under none shares the vector of unknown words, or is left out, as the model was
    trained (`train.unknown_words`).
    """

    def __init__(self, table: pa.Table, settings: Settings, more: More | None = None) -> None:
        """
        Args:
            table: of `text.vectors.VOCABULARY_SCHEMA`.
            more: gives vectors of words beyond the table.
        """
        self._more = more
        self._normalise = replace(structure(settings, "text.normalise"), lower_case_fallback=True)
        self._shared = structure(settings, "train").unknown_words == "shared"
        words, how, forms = (table[name].to_pylist() for name in ("word", "how", "source_form"))
        self._values = np.stack(table["vector"].to_numpy()).astype(np.float32)
        self._row = {word: n for n, word in enumerate(words)}
        self._is_known = dict(zip(words, (step != "unk" for step in how), strict=True))
        known = [n for n, step in enumerate(how) if step != "unk"]
        self._row_of_form = {forms[n]: n for n in known}
        self._remembered: dict[str, np.ndarray | None] = {}
        self.counts = dict(zip(words, table["count"].to_pylist(), strict=True))
        self._unknown_vector = self._of_unknown(words, settings) if self._shared else None

    @property
    def n_dimensions(self) -> int:
        """D."""
        return self._values.shape[1]

    @property
    def known(self) -> list[str]:
        """The words that have a vector of their own, the most frequent first."""
        words = [word for word, is_known in self._is_known.items() if is_known]
        return sorted(words, key=lambda word: (-self.counts[word], word))

    def text(self, text: str) -> Text:
        """A phrase or caption as word vectors.

        Raises:
            WordsError: it has no word, or none that is known.
        """
        if not isinstance(text, str):
            raise WordsError(f"{text!r} is no text", "give phrases as strings")
        if len(text) > MAX_TEXT_LENGTH:
            raise WordsError(f"a text of {len(text):,} letters", "give a phrase or a caption")
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise WordsError(
                f"{text!r} has letters that are no text",
                "write it in UTF-8, where the locale is one of UTF-8 (export LC_ALL=C.UTF-8)",
            )
        words = [word for word, _ in words_of(tokens_of(text), self._normalise)]
        if not words:
            raise WordsError(f"{text!r} has no word", "give a phrase such as 'a dog barks'")
        vectors = {word: self._vector(word) for word in dict.fromkeys(words)}
        unknown = {word: self.nearest(word) for word, vector in vectors.items() if vector is None}
        if len(unknown) == len(vectors):
            some = ", ".join([each for each in self.known if len(each) > 3][:10])
            raise WordsError(
                f"the model knows no word of {text!r}: {listed(unknown)}",
                f"use words of its captions, such as: {some}; or export it with --vectors FILE",
            )
        kept = [word for word in words if self._shared or vectors[word] is not None]
        values = [self._unknown_vector if vectors[word] is None else vectors[word] for word in kept]
        # As training and evaluation scale them (`jobs.training_data.read_vectors`).
        of_length_one = F.normalize(torch.from_numpy(np.stack(values)), dim=1)
        return Text(text, tuple(kept), of_length_one, unknown, not self._shared)

    def nearest(self, word: str) -> tuple[str, ...]:
        """The known words that are spelt most like it, the likest first."""
        close = difflib.get_close_matches(word.lower(), self.known, n=N_NEAREST, cutoff=_CLOSE)
        return tuple(close)

    def _vector(self, word: str) -> np.ndarray | None:
        """Out of the table, under the word's own form or another; else out of what lies beside it."""
        if self._is_known.get(word):
            return self._values[self._row[word]]
        if word not in self._row:
            form = match(word, self._row_of_form, self._normalise).source_form
            if form is not None:
                return self._values[self._row_of_form[form]]
        if self._more is None:
            return None
        if word not in self._remembered:
            beside = self._more(word_vectors.wanted_forms([word], self._normalise))
            form = match(word, beside, self._normalise).source_form
            self._remembered[word] = None if form is None else beside[form]
        return self._remembered[word]

    def _of_unknown(self, words: Sequence[str], settings: Settings) -> np.ndarray:
        """The vector of unknown words, drawn as when the vocabulary was made."""
        for word, is_known in self._is_known.items():
            if not is_known:
                return self._values[self._row[word]]
        known = {form: self._values[row] for form, row in self._row_of_form.items()}
        counts = Counter({_NO_WORD: 1, **dict.fromkeys(known, 1)})
        strict = replace(self._normalise, lemma=False, stem=False, capital_function_words=False)
        rng = np.random.default_rng(structure(settings, "text").unk_seed)
        table = word_vectors.vocabulary(counts, (), known, strict, rng)
        row = table["word"].to_pylist().index(_NO_WORD)
        return table["vector"][row].values.to_numpy()
