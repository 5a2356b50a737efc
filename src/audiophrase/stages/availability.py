"""Stage retrieve, its record: which clips could be had, and why the others could not."""

from collections import Counter
from importlib.metadata import version
from pathlib import Path

import click

from audiophrase import tables
from audiophrase.clips import availability as record
from audiophrase.clips.messages import spreadsheet_cell
from audiophrase.stages.options import file_argument, file_option
from audiophrase.youtube.attempts import read_table
from audiophrase.youtube.history import fold

_COLUMNS = ("clip_id", "state", "reason", "message", "source")


@click.command()
@click.option("--source", required=True, help="Where the clips came from; several with commas.")
@file_option("--clips", "Table of clips.")
@file_argument("clip_shards", nargs=-1)
@file_option("--availability", "Table to write.")
@file_option("--availability-csv", "The same as CSV.")
@click.option("--attempts", type=click.Path(path_type=Path), help="Table of attempts to write.")
@click.option(
    "--youtube-attempts",
    type=click.Path(path_type=Path),
    help="Table of the attempts to get clips from YouTube, where it was asked.",
)
def availability(
    source: str,
    clips: Path,
    clip_shards: tuple[Path, ...],
    availability: Path,
    availability_csv: Path,
    attempts: Path | None,
    youtube_attempts: Path | None,
) -> None:
    """Write down which clips could be had, and why the others could not."""
    if (attempts is None) == (youtube_attempts is None):
        raise click.UsageError("name either --attempts, to write, or --youtube-attempts, to read")
    rows = {}
    for shard in clip_shards:
        table = tables.read(shard, stage="clips")
        columns = [name for name in _COLUMNS if name in table.column_names]
        rows |= {row["clip_id"]: row for row in table.select(columns).to_pylist()}
    all_clips = tables.read(clips, stage="annotations.clips").to_pylist()
    histories = None
    if youtube_attempts is not None:
        histories = fold(read_table(youtube_attempts).to_pylist())
    settings = {"clips": {"source": source}}
    found = record.availability_table(all_clips, rows, source=source, histories=histories)
    tables.write(availability, found, stage="availability", settings=settings)
    frame = found.to_pandas(use_threads=False)
    frame["message"] = frame["message"].map(spreadsheet_cell, na_action="ignore")
    tables.write_csv(availability_csv, frame)
    if attempts is not None:
        tool = {"local": "av"}.get(source, "audiophrase")
        tried = record.attempts_table(found, versions=f"{tool} {version(tool)}")
        tables.write(attempts, tried, stage="attempts", settings=settings)
    for state, n in sorted(Counter(found["state"].to_pylist()).items()):
        click.echo(f"{state}: {n} clips", err=True)
