"""Writing which clips could be had, as a table and as CSV: what both jobs of availability do."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path

import click
import pyarrow as pa

from audiophrase import tables
from audiophrase.amounts import counted
from audiophrase.clips import availability as record
from audiophrase.clips.messages import spreadsheet_cell
from audiophrase.options import file_argument, file_option

_COLUMNS = ("clip_id", "state", "reason", "message", "source")
_SHARED = (
    click.option("--source", required=True, help="Where the clips came from; several with commas."),
    file_option("--clips", "Table of clips."),
    file_argument("clip_shards", nargs=-1),
    file_option("--availability", "Table to write."),
    file_option("--availability-csv", "The same as CSV."),
)


def availability_options(command: Callable) -> Callable:
    """Add the options that both jobs share."""
    return reduce(lambda decorated, option: option(decorated), reversed(_SHARED), command)


def provenance(source: str) -> dict:
    """The settings that stand in the files."""
    return {"clips": {"source": source}}


def write_availability(
    source: str,
    clips: Path,
    clip_shards: tuple[Path, ...],
    availability: Path,
    availability_csv: Path,
    histories: Mapping[str, record.History] | None = None,
) -> pa.Table:
    """Write both files, and give the table back; `histories` where YouTube was asked."""
    rows = {}
    for shard in clip_shards:
        table = tables.read(shard, stage="clips")
        columns = [name for name in _COLUMNS if name in table.column_names]
        rows |= {row["clip_id"]: row for row in table.select(columns).to_pylist()}
    all_clips = tables.read(clips, stage="annotations.clips").to_pylist()
    written = record.availability_table(all_clips, rows, source=source, histories=histories)
    tables.write(availability, written, stage="availability", settings=provenance(source))
    frame = written.to_pandas(use_threads=False)
    frame["message"] = frame["message"].map(spreadsheet_cell, na_action="ignore")
    tables.write_csv(availability_csv, frame)
    by_state = Counter(written["state"].to_pylist())
    for state in record.State:
        if by_state[state]:
            click.echo(f"{state}: {counted(by_state[state], 'clip')}", err=True)
    return written
