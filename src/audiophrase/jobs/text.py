"""The vocabulary with its vectors, and captions and phrases as word ids."""

from collections import Counter
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from audiophrase import tables
from audiophrase.downloads.of_data_sets import google_news_file
from audiophrase.downloads.pinned import fetch_all
from audiophrase.errors import AudiophraseError
from audiophrase.jobs.left_out import ids_left_out, leakage_option
from audiophrase.options import file_option, settings
from audiophrase.settings import structure
from audiophrase.text import coverage as word_coverage
from audiophrase.text import vectors as word_vectors
from audiophrase.text.normalise import words_of
from audiophrase.text.word2vec import read_vectors


@click.command()
@settings
@file_option("--captions", "Table of captions.")
@file_option("--phrases", "Table of phrases.")
@leakage_option
@click.option("--vectors-file", type=click.Path(path_type=Path), help="A word2vec file.")
@file_option("--vocabulary", "Vocabulary to write.")
@file_option("--caption-words", "Word ids of captions to write.")
@file_option("--phrase-words", "Word ids of phrases to write.")
@file_option("--coverage", "Coverage table (CSV) to write.")
def text(
    settings: dict,
    captions: Path,
    phrases: Path,
    leakage: Path | None,
    vectors_file: Path | None,
    vocabulary: Path,
    caption_words: Path,
    phrase_words: Path,
    coverage: Path,
) -> None:
    """Find the vectors of all words, and write captions and phrases as word ids."""
    params, normalise = structure(settings, "text"), structure(settings, "text.normalise")
    caption_rows = tables.read(captions, stage="annotations.captions").to_pylist()
    phrase_rows = tables.read(phrases, stage="annotations.phrases").to_pylist()
    caption_pairs = [words_of(row["tokens"], normalise) for row in caption_rows]
    phrase_pairs = [words_of(row["phrase"].split(), normalise) for row in phrase_rows]
    caption_texts = [[word for word, _ in pairs] for pairs in caption_pairs]
    phrase_texts = [[word for word, _ in pairs] for pairs in phrase_pairs]
    counts = Counter(word for words in caption_texts for word in words)
    counts.update(dict.fromkeys((word for words in phrase_texts for word in words), 0))
    seen = {pair for pairs in [*caption_pairs, *phrase_pairs] for pair in pairs}
    corrected = {word for word, changed in seen if changed and (word, False) not in seen}

    if params.vectors == "trained":
        leaking = ids_left_out(leakage)
        sentences = [
            words
            for row, words in zip(caption_rows, caption_texts, strict=True)
            if row["split"] == "train" and row["clip_id"] not in leaking and words
        ]
        vectors = word_vectors.train_vectors(sentences, structure(settings, "text.word2vec"))
    else:
        wanted = word_vectors.wanted_forms(counts, normalise)
        vectors = read_vectors(_vectors_file(params.vectors, vectors_file, settings), wanted)
    rng = np.random.default_rng(params.unk_seed)
    table = word_vectors.vocabulary(counts, corrected, vectors, normalise, rng)
    tables.write(vocabulary, table, stage="text.vocabulary", settings=settings)

    word_ids = dict(zip(table["word"].to_pylist(), table["word_id"].to_pylist(), strict=True))
    _write_word_ids(caption_words, "caption_id", caption_rows, caption_texts, word_ids, settings)
    _write_word_ids(phrase_words, "phrase_id", phrase_rows, phrase_texts, word_ids, settings)
    splits = [row["split"] for row in caption_rows]
    by_word = word_coverage.by_word(splits, caption_pairs, table)
    tables.write_csv(coverage, by_word)
    click.echo(word_coverage.summary(by_word).to_string(index=False), err=True)
    for line in word_coverage.remarks(by_word, caption_rows, caption_texts, table):
        click.echo(line, err=True)


def _vectors_file(vectors: str, given: Path | None, settings: dict) -> Path:
    """The word2vec file: the user's own, or Google News', which is fetched if it is not here."""
    if vectors == "google-news":
        [path] = fetch_all([google_news_file(structure(settings, "text.google_news"))])
        return path
    if given is None:
        raise AudiophraseError("text.vectors is 'file' but no file is named", "give --vectors-file")
    return given


def _write_word_ids(
    path: Path,
    key: str,
    rows: list[dict],
    texts: list[list[str]],
    word_ids: dict[str, int],
    settings: dict,
) -> None:
    schema = pa.schema([(key, pa.string()), ("word_ids", pa.list_(pa.int32()))])
    ids = [[word_ids[word] for word in words] for words in texts]
    columns = {key: [row[key] for row in rows], "word_ids": ids}
    stage = f"text.{key.removesuffix('_id')}s"
    tables.write(path, pa.table(columns, schema=schema), stage=stage, settings=settings)
