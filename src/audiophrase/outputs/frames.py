"""Frames of recordings as one Parquet table, written recording by recording."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from audiophrase import tables

_ROWS_AT_ONCE = 1 << 14


def write_frames(
    path: Path, files: Iterable[Path], model: Any, *, say: Callable[[str], None]
) -> int:
    """Write a row a frame: file, time_s, frame (D,); the number of frames.

    Atomically, and with the frames of one recording in memory at a time.

    Args:
        say: is given what is to be known of a recording, such as that it is silent.
    """
    path = Path(path)
    partial = path.with_name(f".{path.name}.partial")
    writer, n_frames = None, 0
    try:
        with tables.writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            for file in files:
                embedded = model.embed(file)
                for first in range(0, len(embedded.frames), _ROWS_AT_ONCE):
                    part = slice(first, first + _ROWS_AT_ONCE)
                    table = _table(file, embedded.times_s[part], embedded.frames[part])
                    writer = writer or pq.ParquetWriter(partial, table.schema, compression="zstd")
                    writer.write_table(table)
                n_frames += len(embedded.frames)
                for note in embedded.notes:
                    say(note)
            if writer is not None:
                writer.close()
                partial.replace(path)
        return n_frames
    finally:
        if writer is not None:
            writer.close()
        partial.unlink(missing_ok=True)


def _table(file: Path, times: np.ndarray, frames: np.ndarray) -> pa.Table:
    n_frames, n_dimensions = frames.shape
    values = pa.array(np.ascontiguousarray(frames, np.float32).reshape(-1))
    name = str(file).encode("utf-8", "backslashreplace").decode()
    columns = {
        "file": pa.repeat(name, n_frames),
        "time_s": pa.array(np.asarray(times, np.float64)),
        "frame": pa.FixedSizeListArray.from_arrays(values, n_dimensions),
    }
    units = {"time_s": "s"}
    fields = [
        pa.field(column, array.type, metadata={"unit": units[column]} if column in units else None)
        for column, array in columns.items()
    ]
    return pa.table(list(columns.values()), schema=pa.schema(fields))
