"""Which words of the captions were found among the vectors, and how."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from audiophrase.amounts import counted
from audiophrase.text.normalise import HOW

N_LISTED = 10
WARNED_ABOVE = 0.05  # of the captions' tokens without a vector
REMEDY = (
    "choose other vectors (text.vectors): of the captions' language and spelling, and in place of trained "
    "ones, which know the words of the training split alone, a file's; correct words in "
    "text.normalise.corrections, or see text.normalise for the ways to look for a word"
)
_COLUMNS = ["split", "how", "word", "source_form", "tokens"]


def by_word(
    splits: Sequence[str], texts: Sequence[Sequence[tuple[str, bool]]], vocabulary: pa.Table
) -> pd.DataFrame:
    """A row for each word of a split and way of finding it, the most frequent first.

    A token counts as corrected if it was itself corrected, whatever became of its like elsewhere.

    Args:
        splits: of each caption.
        texts: each caption's words, with whether a correction made them.
    """
    how = dict(zip(vocabulary["word"].to_pylist(), vocabulary["how"].to_pylist(), strict=True))
    forms = vocabulary["source_form"].to_pylist()
    form_of = dict(zip(vocabulary["word"].to_pylist(), forms, strict=True))
    # A word that corrections alone made is found as it then stands; A for a is another form of it.
    step_of = {
        word: "exact" if step == "corrected" and form_of[word] == word else step
        for word, step in how.items()
    }
    tokens = pd.DataFrame(
        [
            (split, "corrected" if changed and step_of[word] == "exact" else step_of[word], word)
            for split, words in zip(splits, texts, strict=True)
            for word, changed in words
        ],
        columns=["split", "how", "word"],
    )
    rows = tokens.groupby(["split", "how", "word"]).size().rename("tokens").reset_index()
    rows["source_form"] = rows["word"].map(form_of)
    order = {"split": {split: n for n, split in enumerate(dict.fromkeys(splits))}}
    order["how"] = {step: n for n, step in enumerate(HOW)}
    rows = rows.sort_values(
        ["split", "how", "tokens", "word"],
        ascending=[True, True, False, True],
        key=lambda column: column.map(order[column.name]) if column.name in order else column,
    )
    return rows[_COLUMNS].reset_index(drop=True)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """How many words and tokens of each split were found in which way, and their share."""
    lines = []
    for split, of_split in rows.groupby("split", sort=False):
        for step in HOW:
            chosen = of_split[of_split["how"] == step]
            n_tokens = int(chosen["tokens"].sum())
            share = round(n_tokens / int(of_split["tokens"].sum()), 6)
            lines.append((split, step, len(chosen), n_tokens, share))
    return pd.DataFrame(lines, columns=["split", "how", "words", "tokens", "share_of_tokens"])


@dataclass(frozen=True, slots=True)
class Unknown:
    """The tokens of all captions that have no vector."""

    n_tokens: int  # of all captions
    n_unknown: int
    n_words: int
    most_frequent: tuple[tuple[str, int], ...]  # words and how often each stands there

    @property
    def are_many(self) -> bool:
        """Whether they are worth a warning."""
        return self.n_unknown > WARNED_ABOVE * self.n_tokens

    @property
    def text(self) -> str:
        """In a sentence, with the most frequent words."""
        share = 100 * self.n_unknown / max(self.n_tokens, 1)
        listed = ", ".join(f"{word} ({n:,})" for word, n in self.most_frequent)
        return (
            f"{share:.1f} % of the captions' tokens have no vector ({self.n_unknown:,} of "
            f"{self.n_tokens:,}, {counted(self.n_words, 'word')}); the most frequent: {listed}"
        )


def unknown(rows: pd.DataFrame) -> Unknown:
    """What has no vector, of the rows of `by_word`."""
    words = rows[rows["how"] == "unk"].groupby("word")["tokens"].sum()
    return Unknown(
        n_tokens=int(rows["tokens"].sum()),
        n_unknown=int(words.sum()),
        n_words=len(words),
        most_frequent=tuple(most_unknown(rows, N_LISTED)),
    )


def most_unknown(rows: pd.DataFrame, n_listed: int) -> list[tuple[str, int]]:
    """The most frequent words without a vector, and how often each stands in the captions."""
    words = rows[rows["how"] == "unk"].groupby("word")["tokens"].sum()
    most = words.sort_values(ascending=False, kind="stable")[:n_listed]
    return [(str(word), int(n)) for word, n in most.items()]


def remarks(
    rows: pd.DataFrame,
    captions: Sequence[Mapping[str, Any]],
    texts: Sequence[Sequence[str]],
    vocabulary: pa.Table,
) -> Iterator[str]:
    """What the log should say beside the summary.

    Args:
        captions: rows of captions.parquet.
        texts: the words of each.
    """
    without_vector = unknown(rows)
    if without_vector.are_many:
        yield f"warning: {without_vector.text}; {REMEDY}"
    elif without_vector.n_unknown:
        yield without_vector.text
    how = dict(zip(vocabulary["word"].to_pylist(), vocabulary["how"].to_pylist(), strict=True))
    without = [
        row["caption_id"]
        for row, words in zip(captions, texts, strict=True)
        if all(how[word] == "unk" for word in words)
    ]
    if without:
        listed = ", ".join(repr(caption_id[:64]) for caption_id in without[:N_LISTED])
        more = f" and {len(without) - N_LISTED:,} more" if len(without) > N_LISTED else ""
        yield (
            f"warning: captions without any known word: {listed}{more}; all their words share the "
            "vector of unknown words (train.unknown_words: left_out leaves them out)"
        )
