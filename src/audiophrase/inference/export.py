"""Making the folder that a model is passed on as."""

import gzip
import os
import shutil
import tempfile
from pathlib import Path

import msgspec
import numpy as np
from safetensors.numpy import save

from audiophrase import tables
from audiophrase.errors import ArtifactError, AudiophraseError, VectorsError
from audiophrase.inference import bundle, card, manifest, runs
from audiophrase.inference.contents import Contents
from audiophrase.inference.front_end import build
from audiophrase.text.word2vec import read_vectors

_GZIP_MAGIC = b"\x1f\x8b"


def export_bundle(
    run_folder: str | os.PathLike,
    folder: str | os.PathLike,
    vectors: str | os.PathLike | None = None,
    *,
    network: str | os.PathLike | None = None,
) -> Path:
    """Write a run's model and all that it needs into a new folder; the same bytes each time.

    The threshold is chosen first, where the data set's validation split is here.

    Args:
        run_folder: `results/{dataset}/runs/{variant}/seed-{seed}`.
        folder: which must not be there yet, or be empty.
        vectors: the word2vec file that the model was trained with, for words beyond its vocabulary.
        network: the ONNX file of the front end `onnx`.

    Raises:
        AudiophraseError: there is no such run, or something is in the folder.
    """
    run_folder, folder = Path(run_folder), Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AudiophraseError(
            f"{folder} is there already, and not empty", "name a new folder, or delete that one"
        )
    if not runs.is_run(run_folder):
        if bundle.is_bundle(run_folder):
            raise AudiophraseError(
                f"{run_folder} is an exported model already",
                f"copy the folder as it is, or name {runs.RUN}",
            )
        raise AudiophraseError(f"{run_folder} is not the folder of a run", f"name {runs.RUN}")
    contents = runs.read(run_folder, None if network is None else Path(network))
    build(contents.front_end, contents.settings, contents.network)  # that it can be used at all
    with tables.writing(folder):
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        try:
            _fill(partial, run_folder, contents, None if vectors is None else Path(vectors))
            partial.chmod(0o777 & ~_umask())
            partial.replace(folder.absolute())
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    return folder


def _fill(folder: Path, run_folder: Path, contents: Contents, vectors: Path | None) -> None:
    shutil.copyfile(run_folder / "model.json", folder / manifest.DESCRIPTION)
    shutil.copyfile(contents.weights, folder / manifest.WEIGHTS)
    if manifest.sha256_of(folder / manifest.WEIGHTS) != contents.description["sha256"]:
        raise ArtifactError(f"{contents.weights} is damaged", tables.REMAKE)
    table = contents.vocabulary
    columns = [table[name].to_pylist() for name in ("word", "source_form", "how", "count")]
    words = [bundle.Word(*row) for row in zip(*columns, strict=True)]
    (folder / manifest.WORDS).write_bytes(msgspec.json.encode(words) + b"\n")
    values = np.stack(table["vector"].to_numpy()).astype(np.float32)
    (folder / manifest.VECTORS).write_bytes(save({bundle.TENSOR: values}))
    if contents.network is not None:
        (folder / manifest.NETWORK).write_bytes(contents.network)
    if vectors is not None:
        _require_same_space(vectors, contents)
        shutil.copyfile(vectors, folder / _name_of(vectors))
    thresholds = dict(contents.thresholds())
    (folder / manifest.CARD).write_text(card.text(contents, thresholds), encoding="utf-8")
    described = manifest.Manifest(
        format=manifest.FORMAT,
        front_end=contents.front_end,
        window_s=contents.window_s,
        thresholds=thresholds,
        about=contents.about,
        files={
            path.name: manifest.File(path.stat().st_size, manifest.sha256_of(path))
            for path in sorted(folder.iterdir())
        },
    )
    tables.write_json(folder / manifest.MANIFEST, msgspec.to_builtins(described))


def _require_same_space(vectors: Path, contents: Contents) -> None:
    """Refuse vectors other than those that the model was trained with: they mean nothing to it."""
    table = contents.vocabulary
    rows = zip(
        *(table[name].to_pylist() for name in ("source_form", "how")),
        table["vector"].to_numpy(),
        strict=True,
    )
    expected = {form: vector for form, how, vector in rows if how != "unk"}
    actual = read_vectors(vectors, expected)
    differing = [
        form
        for form, vector in expected.items()
        if form not in actual or not np.array_equal(actual[form], vector)
    ]
    if differing:
        raise VectorsError(
            f"{vectors} does not hold the vectors that the model was trained with: "
            f"'{differing[0]}' has another there, or none",
            "name the file that text.vectors_file named then; of vectors that were trained on the "
            "captions there is no file, and no word beyond them",
        )


def _name_of(vectors: Path) -> str:
    """Its name in the bundle, which tells binary from text, and gzip."""
    with vectors.open("rb") as file:
        packed = file.read(2) == _GZIP_MAGIC
    stem = Path(vectors.stem) if vectors.suffix == ".gz" else vectors
    if stem.suffix in (".txt", ".vec"):
        kind = "txt"
    elif stem.suffix == ".bin":
        kind = "bin"
    else:
        with gzip.open(vectors) if packed else vectors.open("rb") as file:
            kind = "txt" if _is_text(file.read(4096)) else "bin"
    return f"words.{kind}{'.gz' if packed else ''}"


def _is_text(content: bytes) -> bool:
    try:
        return content.decode("utf-8", "strict").isprintable() or b"\0" not in content
    except UnicodeDecodeError:
        return False


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
