"""Artifacts on disk: Parquet with provenance and a content digest, and atomic writes of every kind.

A table carries, in its schema metadata, the stage and settings that made it and the SHA-256 of its
content. Reading checks all three, so that a damaged shard, or one made with other parameters, is
refused by whoever reads it next. Nothing that changes while the inputs stay is written.
"""

import csv
import errno
import hashlib
import io
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audiophrase.errors import ArtifactError
from audiophrase.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

Provenance = dict[str, Any]

PROVENANCE_KEY = b"audiophrase"
SEAL = "content_sha256"  # key of a JSON file's digest
REMAKE = "delete it and run `snakemake` without a target (or `make demo`): it is made again"


def write(
    path: Path,
    table: pa.Table,
    *,
    stage: str,
    settings: Settings,
    inputs: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
) -> None:
    """Write a Parquet table atomically, with its stage, settings, units and content digest.

    `inputs` are the digests of what it was made of; `metadata` is further schema metadata that
    other readers look for.
    """
    fields = [
        field.with_metadata({"unit": units[field.name]}) if field.name in (units or {}) else field
        for field in table.schema
    ]
    provenance: Provenance = {"stage": stage, "settings": settings}
    if inputs:
        provenance["inputs"] = dict(inputs)
    provenance["sha256"] = _digest(table, provenance)
    schema_metadata = {PROVENANCE_KEY.decode(): json.dumps(provenance, sort_keys=True)}
    schema = pa.schema(fields, metadata={**(metadata or {}), **schema_metadata})
    buffer = io.BytesIO()
    pq.write_table(table.cast(schema), buffer, compression="zstd")
    write_bytes(path, buffer.getvalue())


def read(
    path: Path,
    *,
    stage: str,
    settings: Settings | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Read a table of `stage`, its digest and its settings checked.

    Of `settings`, the sections that also stand in the file's provenance must be equal.

    Raises:
        ArtifactError: missing, unreadable, damaged, of another stage or of other settings.
    """
    table, _ = read_with_provenance(path, stage=stage, settings=settings)
    return table.select(columns) if columns is not None else table


def read_with_provenance(
    path: Path, *, stage: str, settings: Settings | None = None
) -> tuple[pa.Table, Provenance]:
    """As `read`, and the provenance: `stage`, `settings`, `inputs` and the digest `sha256`."""
    path = Path(path)
    table, provenance = check(path)
    if provenance["stage"] != stage:
        raise ArtifactError(
            f"{path} is a table of the stage '{provenance['stage']}', not of '{stage}'", REMAKE
        )
    for section in sorted(set(provenance["settings"]) & set(settings or {})):
        _require_equal_settings(path, section, provenance["settings"][section], settings[section])
    return table, provenance


def check(path: Path) -> tuple[pa.Table, Provenance]:
    """A table whose content is what was written, and its provenance with the digest `sha256`.

    Raises:
        ArtifactError: missing, unreadable, or damaged.
    """
    path = Path(path)
    try:
        # Not `pq.read_table`: its scanner's threads may be alive when Python ends, which then
        # aborts (Apache Arrow issues 34314, 39862).
        table = pq.ParquetFile(pa.BufferReader(path.read_bytes())).read(use_threads=False)
        provenance = json.loads(table.schema.metadata[PROVENANCE_KEY])
        expected = provenance["sha256"]
        actual = _digest(table, {key: provenance[key] for key in provenance if key != "sha256"})
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing", "run snakemake to make it") from None
    except (pa.ArrowException, OSError, KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{path} cannot be read: {_first_line(error)}", REMAKE) from None
    if actual != expected:
        raise ArtifactError(
            f"{path} is damaged: its content has SHA-256 {actual[:16]}…, "
            f"but {expected[:16]}… was written",
            REMAKE,
        )
    return table, provenance


def digest(table: pa.Table) -> str:
    """SHA-256 of a table's content, for the `inputs` of what is made of it."""
    return _digest(table, {})


def write_csv(path: Path, frame: "pd.DataFrame") -> None:
    """Write a data frame as CSV, atomically; floats as the shortest text that reads back equal."""
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))


def write_csv_rows(path: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The same bytes of rows of Python's own numbers and text, None being an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    write_text(path, text.getvalue())


def read_csv(path: Path) -> "pd.DataFrame":
    """Read one of our CSV files. Raises ArtifactError."""
    import pandas as pd  # most jobs do without, and would start half as fast with it

    try:
        return pd.read_csv(path)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing", "run snakemake to make it") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ArtifactError(f"{path} cannot be read: {_first_line(error)}", REMAKE) from None


def write_json(path: Path, value: dict[str, Any], *, sealed: bool = True) -> None:
    """Write an object as JSON, atomically; a number that is not finite is refused.

    If `sealed`, with a digest of its content, which `read_json` checks.
    """
    write_text(path, json_text(value, sealed=sealed))


def json_text(value: dict[str, Any], *, sealed: bool = True) -> str:
    """What `write_json` writes."""
    if sealed:
        value = {**value, SEAL: _seal(json.loads(json.dumps(value)))}
    return json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_json(path: Path) -> Any:
    """Read one of our JSON files, without the digest it may carry.

    Raises:
        ArtifactError: missing, unreadable, or not what was written.
    """
    try:
        value = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing", "run snakemake to make it") from None
    except ValueError as error:
        raise ArtifactError(f"{path} cannot be read: {_first_line(error)}", REMAKE) from None
    if isinstance(value, dict) and (expected := value.pop(SEAL, None)) is not None:
        actual = _seal(value)
        if actual != expected:
            raise ArtifactError(
                f"{path} was edited or damaged: its content has SHA-256 {actual}, "
                f"but {expected} was written",
                REMAKE,
            )
    return value


def _seal(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write bytes atomically: whoever looks sees the old file, the new one, or none.

    Raises:
        ArtifactError: the folder cannot be written, or the disk is full.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial")
    with writing(path):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with partial.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        except BaseException:
            with suppress(OSError):
                partial.unlink()
            raise


@contextmanager
def writing(path: Path):
    """Turn the system's refusals to write `path` into errors that say what to do."""
    try:
        yield
    except OSError as error:
        remedies = {
            errno.ENOSPC: "free some space and run the same command again",
            errno.EDQUOT: "free some of your quota and run the same command again",
            errno.EACCES: "give yourself write permission for its folder and run again",
            errno.EPERM: "give yourself write permission for its folder and run again",
            errno.EROFS: "the file system is read-only: work where you may write",
        }
        remedy = remedies.get(error.errno, "check the folder it lies in and run again")
        raise ArtifactError(f"cannot write {path}: {error.strerror}", remedy) from None


def _require_equal_settings(
    path: Path, section: str, settings: Mapping[str, Any], expected: Mapping[str, Any]
) -> None:
    expected = json.loads(json.dumps(expected))
    if expected == settings:
        return
    keys = [*expected, *(key for key in settings if key not in expected)]
    differing = ", ".join(
        f"{key} = {settings.get(key)!r} (now {expected.get(key)!r})"
        for key in keys
        if settings.get(key) != expected.get(key)
    )
    raise ArtifactError(f"{path} was made with other parameters: {section}.{differing}", REMAKE)


def _digest(table: pa.Table, provenance: Mapping[str, Any]) -> str:
    """SHA-256 over provenance, column names and types, and values, however Arrow holds them."""
    digest = hashlib.sha256(json.dumps(provenance, sort_keys=True).encode())
    for name, column in zip(table.column_names, table.columns, strict=True):
        digest.update(f"{name}:{len(column)};".encode())
        _feed(digest, column.combine_chunks())
    return digest.hexdigest()


def _feed(digest: "hashlib._Hash", array: pa.Array | pa.ChunkedArray) -> None:
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    digest.update(np.packbits(np.asarray(array.is_valid(), dtype=bool)).tobytes())
    if pa.types.is_timestamp(array.type) and array.type.unit == "s":
        array = array.cast(pa.timestamp("ms", array.type.tz))  # the coarsest that Parquet has
    kind = array.type
    if pa.types.is_list(kind):
        digest.update(b"list")
        digest.update(pc.list_value_length(array).fill_null(-1).to_numpy().tobytes())
        _feed(digest, array.flatten())
    elif pa.types.is_struct(kind):
        digest.update(",".join(field.name for field in kind).encode())
        for child in array.flatten():
            _feed(digest, child)
    elif pa.types.is_string(kind) or pa.types.is_binary(kind):
        digest.update(str(kind).encode())
        digest.update(pc.binary_length(array).fill_null(-1).to_numpy().tobytes())
        values = array.drop_null()
        _, offsets, content = values.buffers()
        if len(values) and content is not None:  # None where all values are empty
            bounds = np.frombuffer(offsets, np.int32)[values.offset :][: len(values) + 1]
            digest.update(content[bounds[0] : bounds[-1]])  # each value begins where one ends
    else:
        digest.update(str(kind).encode())
        values = array.drop_null()
        values = values.cast(pa.uint8()) if pa.types.is_boolean(kind) else values
        digest.update(np.ascontiguousarray(values.to_numpy(zero_copy_only=False)))


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
