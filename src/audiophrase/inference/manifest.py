"""The description of a bundle: its files, each with its size and digest, and reading them by it."""

import hashlib
import math
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.inference.contents import About
from audiophrase.inference.threshold import Threshold

FORMAT = 1
MANIFEST, CARD = "bundle.json", "README.md"
DESCRIPTION, WEIGHTS = "model.json", "model.safetensors"
WORDS, VECTORS, NETWORK = "vocabulary.json", "vectors.safetensors", "network.onnx"
MORE_WORDS = tuple(f"words.{kind}{packed}" for kind in ("bin", "txt") for packed in ("", ".gz"))
NEEDED = (DESCRIPTION, WEIGHTS, WORDS, VECTORS)
MAX_BYTES = {  # of what is read into memory
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


def read(folder: Path) -> Manifest:
    """What a bundle says of its files.

    Raises:
        ArtifactError: it is of another format, damaged, or not what it says that it is.
    """
    path = folder / MANIFEST
    raw = _bounded(path, MAX_BYTES[MANIFEST])
    form = decoded(raw, dict[str, Any], path).get("format")
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
    known = {*MAX_BYTES, *MORE_WORDS} - {MANIFEST}
    if other := sorted(set(manifest.files) - known):
        raise ArtifactError(f"{path} names a file {other[0][:64]!r}, which no bundle has", FETCH)
    if missing := sorted(set(NEEDED) - set(manifest.files)):
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


def decoded(raw: bytes, kind: Any, path: Path) -> Any:
    """A file's JSON as a type. Raises ArtifactError."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ArtifactError(f"{path} cannot be read: {error}", FETCH) from None


def content(folder: Path, manifest: Manifest, name: str) -> bytes:
    """A file's content, of the size and digest that the manifest says."""
    expected, path = manifest.files[name], folder / name
    if expected.bytes > MAX_BYTES[name]:
        raise ArtifactError(f"{path} is larger than {MAX_BYTES[name]:,} bytes", FETCH)
    raw = _bounded(path, expected.bytes)
    if len(raw) != expected.bytes or hashlib.sha256(raw).hexdigest() != expected.sha256:
        raise ArtifactError(f"{path} is damaged: it is not what {MANIFEST} says", FETCH)
    return raw


def sha256_of(path: Path) -> str:
    """Of a file of any size."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
