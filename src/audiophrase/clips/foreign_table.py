"""Reading a table that may come from another lab, as Parquet or as CSV: bounded, and nothing guessed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from audiophrase import tables
from audiophrase.errors import ArtifactError, AudiophraseError

MAX_FILE_BYTES = 200_000_000
MAX_ROWS = 5_000_000
MAX_TEXT_BYTES = 1 << 30  # of all texts together, once unpacked
Row = dict[str, Any]


def read_rows(
    path: Path,
    columns: Sequence[str],
    *,
    needed: Sequence[str],
    stages: Sequence[str],
    noun: str,
    remedy: str,
) -> list[Row]:
    """The rows of a table, those columns alone that it has of `columns`; what is empty is None.

    Values are those of Parquet, or the texts of a CSV file: the caller checks them. A Parquet file
    that carries the digest of ours is checked against it.

    Args:
        needed: the columns without which it is no such table.
        stages: of ours, whose tables are read.
        noun: what it should be, such as `table of availability`.
        remedy: what to do where the file cannot be used, such as which key names it.

    Raises:
        AudiophraseError: there is no such file, or it is no such table.
    """

    def refused(problem: str) -> AudiophraseError:
        return AudiophraseError(f"{path} is no {noun}: {problem}", remedy)

    path = Path(path)
    if path.suffix not in (".parquet", ".csv"):
        raise refused("its name ends neither in .parquet nor in .csv")
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise refused(f"it is larger than {MAX_FILE_BYTES / 1e6:.0f} MB")
        if path.suffix == ".csv":
            table = _read_csv(path, columns)
        else:
            table = _read_parquet(path, columns, stages)
        if lacking := [name for name in needed if name not in table.column_names]:
            raise refused(f"it has no column {' and no column '.join(lacking)}")
        rows = table.to_pylist()
    except ArtifactError as error:
        raise AudiophraseError(error.problem, remedy) from None
    except FileNotFoundError:
        raise AudiophraseError(f"there is no file {path}", remedy) from None
    except OSError as error:
        raise AudiophraseError(
            f"{path} cannot be read: {error.strerror or error}", remedy
        ) from None
    except (pa.ArrowException, ValueError, OverflowError) as error:  # pandas' are ValueErrors too
        raise refused(str(error).partition("\n")[0]) from None
    if not rows:
        raise refused("it has no rows")
    return rows


def _read_parquet(path: Path, columns: Sequence[str], stages: Sequence[str]) -> pa.Table:
    with pq.ParquetFile(path) as file:
        schema = file.schema_arrow
    names = [name for name in dict.fromkeys(columns) if name in schema.names]
    texts = [name for name in names if pa.types.is_string(schema.field(name).type)]
    with pq.ParquetFile(path, read_dictionary=texts) as file:
        if file.metadata.num_rows > MAX_ROWS:
            raise ValueError(f"it has more than {MAX_ROWS:,} rows")
        groups = (file.metadata.row_group(i) for i in range(file.metadata.num_row_groups))
        _require_bounded(sum(group.total_byte_size for group in groups))
        packed = file.read(names, use_threads=False)
    _require_bounded(sum(map(_n_bytes, packed.columns)))
    provenance = (schema.metadata or {}).get(tables.PROVENANCE_KEY)
    if provenance is None:
        return pa.table({name: _unpacked(packed[name]) for name in names})
    stage = json.loads(provenance).get("stage")
    if stage not in stages:
        raise ValueError(f"it is our table of the stage '{stage}'")
    return tables.read(path, stage=stage).select(names)


def _n_bytes(column: pa.ChunkedArray) -> int:
    """Of the texts of a column: a dictionary may hold a long one once for millions of rows."""
    if not pa.types.is_dictionary(column.type):
        return 0
    return sum(
        pc.sum(pc.take(pc.binary_length(chunk.dictionary), chunk.indices)).as_py() or 0
        for chunk in column.chunks
    )


def _require_bounded(n_bytes: int) -> None:
    if n_bytes > MAX_TEXT_BYTES:
        raise ValueError(f"unpacked it is larger than {MAX_TEXT_BYTES >> 20} MiB")


def _unpacked(column: pa.ChunkedArray) -> pa.ChunkedArray:
    is_packed = pa.types.is_dictionary(column.type)
    return column.cast(column.type.value_type) if is_packed else column


def _read_csv(path: Path, columns: Sequence[str]) -> pa.Table:
    # Nothing is guessed: an id such as 1e5 or nan stays what it is.
    frame = pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        usecols=lambda name: name in columns,
        nrows=MAX_ROWS + 1,
        encoding="utf-8-sig",
    )
    if len(frame) > MAX_ROWS:
        raise ValueError(f"it has more than {MAX_ROWS:,} rows")
    texts = {n: [v or None if isinstance(v, str) else None for v in frame[n]] for n in frame}
    return pa.table({name: pa.array(values, pa.string()) for name, values in texts.items()})
