"""The table of attempts, attempts.parquet: what the ledger says, for whoever goes on from it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from audiophrase import tables
from audiophrase.clip_ids import is_clip_id
from audiophrase.clips.availability import ATTEMPTS_SCHEMA, State
from audiophrase.errors import ArtifactError

SOURCE = "youtube"
SETTINGS = {"clips": {"source": SOURCE}}
SCHEMA = pa.schema(
    [
        *ATTEMPTS_SCHEMA,
        ("permanent", pa.bool_()),
        ("committed", pa.bool_()),  # canaries passed before and after it
        ("evidence", pa.string()),  # JSON
        ("http_status", pa.int32()),
        ("cookies", pa.bool_()),
        ("format", pa.string()),
        ("bytes", pa.int64()),
        ("sha256", pa.string()),
        ("audio_track", pa.string()),  # which of a video's tracks, as YouTube names it
        ("language", pa.string()),
        ("chosen_by", pa.string()),  # what told that it is the original, and not a dub
        ("session", pa.string()),  # as whom YouTube was asked: the run's first, second, …
    ]
)
COLUMNS = tuple(SCHEMA.names)
_SINCE = ("audio_track", "language", "chosen_by", "session")  # older tables lack them


def read_table(path: Path) -> pa.Table:
    """attempts.parquet of a data set from YouTube, which may come from elsewhere.

    Raises:
        ArtifactError: it cannot be read, or its rows are not attempts at clips.
    """
    table = tables.read(path, stage="attempts", settings=SETTINGS)
    for name in _SINCE:
        if name not in table.column_names:
            table = table.append_column(SCHEMA.field(name), pa.nulls(len(table), pa.string()))
    try:
        is_ours = table.schema.names == SCHEMA.names and all(map(is_attempt, table.to_pylist()))
    except (ValueError, OverflowError):  # a time beyond all calendars
        is_ours = False
    if not is_ours:
        raise ArtifactError(f"{path} does not hold attempts at clips", tables.REMAKE)
    return table


def write_table(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write attempts.parquet: every attempt with its evidence."""
    table = pa.Table.from_pylist(rows, SCHEMA)
    tables.write(path, table, stage="attempts", settings=SETTINGS)


def is_attempt(row: Mapping[str, Any]) -> bool:
    """Whether a row, or a line of a log, speaks of a clip and a state."""
    clip_id, state = row.get("clip_id"), row.get("state")
    return isinstance(clip_id, str) and is_clip_id(clip_id) and state in set(State)
