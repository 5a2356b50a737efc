"""Recordings, word vectors and the entry of a data set of one's own, for tests of whole chains."""

from pathlib import Path

import numpy as np
from gensim.models import KeyedVectors
from snakemake_project import TINY

RATE_HZ = 16000


def tone(hz: float, length_s: float) -> np.ndarray:
    """A sine (n_samples,) at `RATE_HZ`."""
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return 0.3 * np.sin(2 * np.pi * hz * time_s)


def save_vectors(path: Path, words: tuple[str, ...]) -> None:
    """A binary word2vec file of six dimensions."""
    vectors = KeyedVectors(6)
    rng = np.random.default_rng(0)
    vectors.add_vectors(list(words), rng.standard_normal((len(words), 6)).astype(np.float32))
    vectors.save_word2vec_format(path, binary=True)


def entry(title: str, *, files: dict[str, str], folder: str, vectors_file: str, **train) -> dict:
    """The entry of a small data set of local files, but for its shards, to be laid over params.yaml."""
    tiny = TINY["datasets"]["tiny"]
    return {
        "title": title,
        "clips": "local",
        "annotations": {"source": "files", "files": files},
        "retrieve": {"folder": folder},
        "features": tiny["features"],
        "text": {"vectors": "file", "vectors_file": vectors_file},
        "train": tiny["train"] | train,
        "figures": tiny["figures"],
    }
