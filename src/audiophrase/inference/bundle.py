"""The folder that a model is passed on as: its files, and reading one that anybody may have written.

| file | |
|---|---|
| `bundle.json` | format, front end, window, thresholds, where it comes from, and the size and SHA-256 of each other file |
| `model.json`, `model.safetensors` | as training wrote them |
| `vocabulary.json`, `vectors.safetensors` | words, and their vectors (V, D) |
| `network.onnx` | of the front end `onnx` alone |
| `words.bin`, `words.txt`, `words.bin.gz` or `words.txt.gz` | a word2vec file, where one was given |
| `README.md` | the model's card |

Nothing in it is run or unpickled, ONNX's operators aside. A file is read once its size and digest are
those of `bundle.json`, which makes no author trustworthy, but what he wrote whole; shapes are compared
with the settings before any memory is taken for them.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
import numpy as np
import pyarrow as pa
import torch
from msgspec import Meta
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load

from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.inference.contents import Contents
from audiophrase.inference.manifest import (
    DESCRIPTION,
    FETCH,
    MANIFEST,
    MORE_WORDS,
    NETWORK,
    VECTORS,
    WEIGHTS,
    WORDS,
    Manifest,
    content,
    decoded,
    sha256_of,
)
from audiophrase.inference.manifest import read as read_manifest
from audiophrase.text.vectors import VOCABULARY_SCHEMA
from audiophrase.text.word2vec import read_vectors
from audiophrase.training_data import untrained_encoder

TENSOR = "vectors"


class Word(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A row of `vocabulary.json`."""

    word: str
    source_form: str
    how: str
    count: Annotated[int, Meta(ge=0)]


class _Description(msgspec.Struct, frozen=True):
    """What is needed of `model.json`."""

    seed: int
    n_features: Annotated[int, Meta(ge=1, le=1 << 20)]
    n_dimensions: Annotated[int, Meta(ge=1, le=1 << 16)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    settings: dict[str, dict[str, Any]]


def is_bundle(folder: Path) -> bool:
    """Whether there is one."""
    return (Path(folder) / MANIFEST).is_file()


def read(folder: Path) -> Contents:
    """The model in a bundle.

    Raises:
        ArtifactError: it is of another format, damaged, or not what it says that it is.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    raw = content(folder, manifest, DESCRIPTION)
    described = decoded(raw, _Description, folder / DESCRIPTION)
    if described.sha256 != manifest.files[WEIGHTS].sha256:
        raise ArtifactError(f"{folder / WEIGHTS} is not the one that {DESCRIPTION} tells of", FETCH)
    _checked_weights(folder, manifest, described)
    more = next((name for name in MORE_WORDS if name in manifest.files), None)
    return Contents(
        name=str(folder),
        description=msgspec.json.decode(raw),
        weights=folder / WEIGHTS,
        vocabulary=_vocabulary(folder, manifest, described),
        front_end=manifest.front_end,
        network=content(folder, manifest, NETWORK) if NETWORK in manifest.files else None,
        window_s=manifest.window_s,
        about=manifest.about,
        thresholds=lambda: manifest.thresholds,
        more=None if more is None else _more(folder, manifest, more, described.n_dimensions),
    )


def _checked_weights(folder: Path, manifest: Manifest, described: _Description) -> None:
    """Compare names, shapes and types with the encoder's, before there is an encoder.

    Settings may claim layers of any size: on the device `meta` they cost nothing.
    """
    path, expected_bytes = folder / WEIGHTS, manifest.files[WEIGHTS].bytes
    if not path.is_file() or path.stat().st_size != expected_bytes > 0:
        raise ArtifactError(f"{path} is damaged: it is not what {MANIFEST} says", FETCH)
    try:
        with torch.device("meta"):
            encoder = untrained_encoder(
                described.n_features, described.n_dimensions, described.settings
            )
        expected = {
            name: (list(value.shape), value.dtype) for name, value in encoder.state_dict().items()
        }
        actual = _shapes(path)
    except (RuntimeError, OverflowError, TypeError, ValueError, SafetensorError) as error:
        raise ArtifactError(f"{path} is not this model: {str(error)[:200]}", FETCH) from None
    if actual != expected:
        differing = sorted(
            name for name in {*actual, *expected} if actual.get(name) != expected.get(name)
        )
        raise ArtifactError(
            f"{path} is not the encoder of {DESCRIPTION}: {', '.join(differing[:3])[:200]}", FETCH
        )


_TYPES = {"F32": torch.float32, "I64": torch.int64}


def _shapes(path: Path) -> dict[str, tuple[list[int], torch.dtype | None]]:
    with safe_open(path, framework="pt") as file:
        slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 no mapping
        return {
            name: (list(each.get_shape()), _TYPES.get(each.get_dtype()))
            for name, each in slices.items()
        }


def _vocabulary(folder: Path, manifest: Manifest, described: _Description) -> pa.Table:
    """Words and vectors as the table that the text stage writes."""
    path = folder / VECTORS
    raw = content(folder, manifest, VECTORS)
    words = decoded(content(folder, manifest, WORDS), list[Word], folder / WORDS)
    try:
        loaded = load(raw)
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}", FETCH) from None
    values = loaded.get(TENSOR)
    shape = (len(words), described.n_dimensions)
    if values is None or values.dtype != np.float32 or values.shape != shape or not len(words):
        raise ArtifactError(f"{path} does not hold float32 vectors of shape {shape}", FETCH)
    if not np.isfinite(values).all():
        raise ArtifactError(f"{path} has vectors that are not finite", FETCH)
    if len({each.word for each in words}) < len(words) or all(w.how == "unk" for w in words):
        raise ArtifactError(f"{folder / WORDS} has a word twice, or none with a vector", FETCH)
    bounds = pa.array(np.arange(len(words) + 1, dtype=np.int32) * shape[1])
    columns = {
        "word_id": pa.array(np.arange(len(words), dtype=np.int32)),
        "word": [each.word for each in words],
        "source_form": [each.source_form for each in words],
        "how": [each.how for each in words],
        "count": [each.count for each in words],
        "vector": pa.ListArray.from_arrays(bounds, pa.array(values.ravel())),
    }
    return pa.table(columns, schema=VOCABULARY_SCHEMA)


def _more(
    folder: Path, manifest: Manifest, name: str, n_dimensions: int
) -> Callable[[Collection[str]], Mapping[str, np.ndarray]]:
    """Looks words up in the word2vec file: a pass over all of it, so it is made when one is missing."""
    path, expected = folder / name, manifest.files[name]
    checked: list[bool] = []

    def look_up(words: Collection[str]) -> Mapping[str, np.ndarray]:
        if not checked:
            if not path.is_file() or path.stat().st_size != expected.bytes:
                raise ArtifactError(f"{path} is damaged: it is not what {MANIFEST} says", FETCH)
            if sha256_of(path) != expected.sha256:
                raise ArtifactError(f"{path} is damaged: it is not what {MANIFEST} says", FETCH)
            checked.append(True)
        vectors = read_vectors(path, words)
        if any(len(vector) != n_dimensions for vector in vectors.values()):
            raise AudiophraseError(f"{path} has vectors of other than {n_dimensions} dimensions")
        return vectors

    return look_up
