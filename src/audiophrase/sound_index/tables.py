"""A recording's frames as a Parquet table of an index.

It is named after the digest of the recording's name. Its rows are the frames (D numbers each); its
metadata says the recording's name and stamp (size and time of change, or a digest), the SHA-256 of
its content, and the model. It is written piece by piece, and gets its name when it is whole.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from audiophrase import tables
from audiophrase.errors import ArtifactError

_KEY = b"audiophrase_sound"


class Outcome(NamedTuple):
    """What is known of a recording when all of it was heard."""

    hop_s: float  # between two frames
    duration_s: float
    problem: str | None = None  # why it cannot be searched, if it cannot

    @property
    def was_heard(self) -> bool:
        """Whether it has frames, be it that they are of silence."""
        return self.hop_s > 0


@dataclass(frozen=True, slots=True)
class Entry:
    """What an index says of a recording."""

    name: str
    stamp: str
    sha256: str
    model: str
    outcome: Outcome


def entries(folder: Path) -> Iterator[Entry]:
    """What an index has; a table that cannot be read is none of it."""
    for path in sorted(Path(folder).glob("*.parquet")):
        with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
            about = json.loads(pq.read_metadata(path).metadata[_KEY])
            entry = Entry(**about | {"outcome": Outcome(**about["outcome"])})
            if path == path_of(folder, entry.name):
                yield entry


def pieces(folder: Path, entry: Entry) -> Iterator[np.ndarray]:
    """The frames of a recording, float32 (n, D), one piece following the other.

    Raises:
        ArtifactError: its table is gone or damaged.
    """
    path = path_of(folder, entry.name)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                column = file.read_row_group(number, use_threads=False).column(0).combine_chunks()
                values = column.flatten().to_numpy().copy()  # PyTorch takes none that is read-only
                yield values.reshape(len(column), -1)
    except FileNotFoundError:
        raise ArtifactError(
            f"{path} is gone: another search has just changed the index", "run it again"
        ) from None
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ArtifactError(
            f"{path} cannot be read: {str(error).splitlines()[0]}",
            f"delete {folder}: the index is made again",
        ) from None


def written(
    folder: Path,
    entry: Entry,
    parts: Iterable[np.ndarray],
    outcome: Callable[[], Outcome],
) -> Entry:
    """Write a table, whose outcome is known when all parts were taken."""
    path = path_of(folder, entry.name)
    partial = path.with_name(f".{path.name}.partial")
    with tables.writing(path):
        try:
            writer = None
            for part in parts:
                table = _table(part)
                writer = writer or _writer(partial, table.schema)
                writer.write_table(table)
            writer = writer or _writer(partial, _table(np.zeros((0, 1))).schema)
            complete = replace(entry, outcome=outcome())
            about = {**asdict(complete), "outcome": complete.outcome._asdict()}
            writer.add_key_value_metadata({_KEY: json.dumps(about)})
            writer.close()
            partial.replace(path)
            return complete
        finally:
            partial.unlink(missing_ok=True)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=False, write_page_checksum=True
    )


def _table(frames: np.ndarray) -> pa.Table:
    values = pa.array(np.ascontiguousarray(frames, np.float32).reshape(-1))
    column = pa.FixedSizeListArray.from_arrays(values, frames.shape[1])
    return pa.table({"frame": column})


def path_of(folder: Path, name: str) -> Path:
    """Where the table of a recording lies."""
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()
    return Path(folder) / f"{digest[:32]}.parquet"
