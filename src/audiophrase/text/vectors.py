"""Word vectors trained on captions, and the vocabulary table."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pyarrow as pa

from audiophrase.errors import VectorsError
from audiophrase.text.normalise import candidates, match
from audiophrase.text.parameters import NormaliseParams, Word2VecParams

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


def train_vectors(
    sentences: Sequence[Sequence[str]], params: Word2VecParams
) -> dict[str, np.ndarray]:
    """Skip-gram vectors (D,) of the words of `sentences`; one worker, hence repeatable."""
    from gensim.models import Word2Vec  # a second to load, and vectors of a file do without

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
    forms = sorted({matched.source_form for matched in matches.values() if matched.source_form})
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
    # Departure: the released code draws this vector without a seed (`text.unk_seed`).
    unk = known.mean(axis=0) + known.std(axis=0) * rng.standard_normal(known.shape[1])
    rows = []
    for word_id, (word, matched) in enumerate(matches.items()):
        exact_but_corrected = matched.how == "exact" and word in corrected
        rows.append(
            {
                "word_id": word_id,
                "word": word,
                "source_form": matched.source_form or UNK,
                "how": "corrected" if exact_but_corrected else matched.how,
                "count": counts[word],
                "vector": vectors[matched.source_form] if matched.source_form else unk,
            }
        )
    return pa.Table.from_pylist(rows, VOCABULARY_SCHEMA)
