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

import hashlib
import math
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

from audiophrase import tables
from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.inference.contents import About, Contents
from audiophrase.inference.threshold import Threshold
from audiophrase.jobs.training_data import untrained_encoder
from audiophrase.text.vectors import VOCABULARY_SCHEMA
from audiophrase.text.word2vec import read_vectors

FORMAT = 1
MANIFEST, CARD = "bundle.json", "README.md"
DESCRIPTION, WEIGHTS = "model.json", "model.safetensors"
WORDS, VECTORS, NETWORK = "vocabulary.json", "vectors.safetensors", "network.onnx"
MORE_WORDS = tuple(f"words.{kind}{packed}" for kind in ("bin", "txt") for packed in ("", ".gz"))
TENSOR = "vectors"
_NEEDED = (DESCRIPTION, WEIGHTS, WORDS, VECTORS)
_MAX_BYTES = {  # of what is read into memory
    MANIFEST: 1 << 20,
    CARD: 1 << 20,
    DESCRIPTION: 1 << 20,
    WEIGHTS: 1 << 32,
    WORDS: 1 << 28,
    VECTORS: 1 << 32,
    NETWORK: 1 << 32,
}
FETCH = "fetch or export the bundle again"


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file of the bundle must be."""

    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`bundle.json`."""

    format: int
    front_end: Annotated[str, Meta(max_length=64)]
    window_s: Annotated[float, Meta(ge=1, le=60)]
    thresholds: dict[str, Threshold]
    about: About
    files: dict[str, File]


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
    manifest = _manifest(folder)
    raw = _content(folder, manifest, DESCRIPTION)
    described = _decoded(raw, _Description, folder / DESCRIPTION)
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
        network=_content(folder, manifest, NETWORK) if NETWORK in manifest.files else None,
        window_s=manifest.window_s,
        about=manifest.about,
        thresholds=lambda: manifest.thresholds,
        more=None if more is None else _more(folder, manifest, more, described.n_dimensions),
    )


def _manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    raw = _bounded(path, _MAX_BYTES[MANIFEST])
    form = _decoded(raw, dict[str, Any], path).get("format")
    if form != FORMAT:
        raise ArtifactError(
            f"{path} is of format {form!r}, and this version reads {FORMAT}",
            "update audiophrase, or export the model again",
        )
    value = tables.read_json(path)  # its own digest
    try:
        manifest = msgspec.convert(value, Manifest)
    except msgspec.ValidationError as error:
        raise ArtifactError(f"{path} is no description of a bundle: {error}", FETCH) from None
    known = {*_MAX_BYTES, *MORE_WORDS} - {MANIFEST}
    if other := sorted(set(manifest.files) - known):
        raise ArtifactError(f"{path} names a file {other[0][:64]!r}, which no bundle has", FETCH)
    if missing := sorted(set(_NEEDED) - set(manifest.files)):
        raise ArtifactError(f"{path} does not name {', '.join(missing)}", FETCH)
    finite = [manifest.window_s]
    for each in manifest.thresholds.values():
        finite += [each.similarity, each.f1, each.precision, each.recall]
    if not all(map(math.isfinite, finite)):
        raise ArtifactError(f"{path} has numbers that are not finite", FETCH)
    return manifest


def _bounded(path: Path, max_bytes: int) -> bytes:
    """A regular file's content, and never more than so much of it."""
    if not path.is_file():
        raise ArtifactError(f"{path} is missing", FETCH)
    with path.open("rb") as file:
        content = file.read(max_bytes + 1)
    if len(content) > max_bytes:
        raise ArtifactError(f"{path} is larger than {max_bytes:,} bytes", FETCH)
    return content


def _decoded(raw: bytes, kind: Any, path: Path) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}", FETCH) from None


def _content(folder: Path, manifest: Manifest, name: str) -> bytes:
    """A file's content, of the size and digest that the manifest says."""
    expected, path = manifest.files[name], folder / name
    if expected.bytes > _MAX_BYTES[name]:
        raise ArtifactError(f"{path} is larger than {_MAX_BYTES[name]:,} bytes", FETCH)
    content = _bounded(path, expected.bytes)
    if len(content) != expected.bytes or hashlib.sha256(content).hexdigest() != expected.sha256:
        raise ArtifactError(f"{path} is damaged: it is not what {MANIFEST} says", FETCH)
    return content


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
    raw = _content(folder, manifest, VECTORS)
    words = _decoded(_content(folder, manifest, WORDS), list[Word], folder / WORDS)
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


def sha256_of(path: Path) -> str:
    """Of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
