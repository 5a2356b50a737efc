"""Word vectors: out of a word2vec file, or trained on captions; and the vocabulary table."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
from gensim.models import Word2Vec

from audiophrase.errors import VectorsError
from audiophrase.params import NormaliseParams, Word2VecParams
from audiophrase.text.normalise import candidates, match

VOCABULARY_SCHEMA = pa.schema(
    [
        ("word_id", pa.int32()),
        ("word", pa.string()),
        ("source_form", pa.string()),
        ("how", pa.string()),
        ("count", pa.int64()),
        ("vector", pa.list_(pa.float32())),
    ]
)
UNK = "UNK"
_MAX_WORD_BYTES = 4096
_MAX_DIMENSIONS = 65536
_MAX_LINE_BYTES = 1 << 22


def train_vectors(
    sentences: Sequence[Sequence[str]], params: Word2VecParams
) -> dict[str, np.ndarray]:
    """Skip-gram vectors (D,) of the words of `sentences`; one worker, hence repeatable."""
    model = Word2Vec(
        sentences=[list(sentence) for sentence in sentences],
        vector_size=params.n_dimensions,
        window=params.window,
        epochs=params.n_epochs,
        negative=params.n_negative,
        alpha=params.learning_rate,
        seed=params.seed,
        sg=1,
        min_count=1,
        workers=1,
    )
    return {word: model.wv[word].copy() for word in model.wv.index_to_key}


def read_vectors(path: Path, wanted: Collection[str]) -> dict[str, np.ndarray]:
    """Vectors (D,) of the wanted words, out of a word2vec file in one streaming pass.

    `.bin` is the binary form, anything else the text form; the first entry of a word counts.

    Raises:
        VectorsError: the file is missing or malformed; the message gives the byte offset.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            n_words, n_dimensions = _header(path, file.readline(256))
            entries = _binary_entries if path.suffix == ".bin" else _text_entries
            found: dict[str, np.ndarray] = {}
            for word, vector in entries(path, file, n_words, n_dimensions, frozenset(wanted)):
                found.setdefault(word, vector)
    except OSError as error:
        raise VectorsError(
            f"the word vectors {path} cannot be read: {error.strerror}",
            "mend text.vectors_file of the data set",
        ) from None
    return found


def wanted_forms(words: Iterable[str], params: NormaliseParams) -> set[str]:
    """Every form under which one of the words may have a vector."""
    return set(itertools.chain.from_iterable(candidates(word, params) for word in words))


def vocabulary(
    counts: Counter[str],
    corrected: Collection[str],
    vectors: dict[str, np.ndarray],
    params: NormaliseParams,
    rng: np.random.Generator,
) -> pa.Table:
    """The vocabulary table: one row a word, words without a vector sharing that of UNK.

    The vector of UNK is mean + standard deviation x normal over the vectors found, a dimension
    each.

    Args:
        counts: how often each word occurs in the captions; phrases may add words of count 0.
        corrected: words that stand nowhere but where a spelling correction put them.
        vectors: form -> (D,), D even.
    """
    matches = {word: match(word, vectors, params) for word in sorted(counts)}
    forms = sorted({found.source_form for found in matches.values() if found.source_form})
    if not forms:
        raise VectorsError(
            "none of the captions' words has a vector", "choose vectors of the captions' language"
        )
    known = np.stack([vectors[form] for form in forms])
    if known.shape[1] % 2:
        raise VectorsError(
            f"the word vectors have {known.shape[1]} dimensions, an odd number: "
            "a bidirectional GRU has D / 2 units a direction",
            "choose vectors of even dimension",
        )
    unk = known.mean(axis=0) + known.std(axis=0) * rng.standard_normal(known.shape[1])
    rows = []
    for word_id, (word, found) in enumerate(matches.items()):
        exact_but_corrected = found.how == "exact" and word in corrected
        rows.append(
            {
                "word_id": word_id,
                "word": word,
                "source_form": found.source_form or UNK,
                "how": "corrected" if exact_but_corrected else found.how,
                "count": counts[word],
                "vector": vectors[found.source_form] if found.source_form else unk,
            }
        )
    return pa.Table.from_pylist(rows, VOCABULARY_SCHEMA)


def _header(path: Path, line: bytes) -> tuple[int, int]:
    try:
        n_words, n_dimensions = (int(part) for part in line.split())
    except ValueError:
        raise VectorsError(
            f"{path}, byte 0: {line[:60]!r} is not a word2vec header 'WORDS DIMENSIONS'",
            "name a file in the word2vec form",
        ) from None
    if n_words < 1 or not 1 <= n_dimensions <= _MAX_DIMENSIONS:
        raise VectorsError(f"{path}, byte 0: {n_words} words of {n_dimensions} dimensions")
    return n_words, n_dimensions


def _binary_entries(path, file, n_words, n_dimensions, wanted):
    for index in range(n_words):
        offset = file.tell()
        word = _binary_word(path, file, index, n_words)
        raw = file.read(4 * n_dimensions)
        if len(raw) < 4 * n_dimensions:
            raise VectorsError(
                f"{path}, byte {offset}: the file ends within word {index + 1} of {n_words}",
                "fetch the file again",
            )
        if word in wanted:
            yield word, _finite(path, offset, np.frombuffer(raw, "<f4"))


def _binary_word(path, file, index: int, n_words: int) -> str:
    offset, letters = file.tell(), bytearray()
    while (letter := file.read(1)) != b" ":
        if not letter or len(letters) > _MAX_WORD_BYTES:
            raise VectorsError(
                f"{path}, byte {offset}: no word where word {index + 1} of {n_words} should begin",
                "fetch the file again",
            )
        letters += letter
    return letters.lstrip(b"\n").decode("utf-8", errors="replace")


def _text_entries(path, file, n_words, n_dimensions, wanted):
    for index in range(n_words):
        offset = file.tell()
        word, *numbers = (
            file.readline(_MAX_LINE_BYTES).decode("utf-8", errors="replace").rstrip().split(" ")
        )
        if len(numbers) != n_dimensions:
            raise VectorsError(
                f"{path}, byte {offset}: word {index + 1} of {n_words} has {len(numbers)} "
                f"numbers, not {n_dimensions}",
                "fetch the file again",
            )
        if word in wanted:
            try:
                vector = np.array(numbers, dtype=np.float32)
            except ValueError:
                raise VectorsError(f"{path}, byte {offset}: not numbers behind {word!r}") from None
            yield word, _finite(path, offset, vector)


def _finite(path, offset: int, vector: np.ndarray) -> np.ndarray:
    if not np.isfinite(vector).all():
        raise VectorsError(f"{path}, byte {offset}: the vector has values that are not finite")
    return vector
