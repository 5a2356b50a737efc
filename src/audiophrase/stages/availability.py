"""Stage retrieve, its record: which clips could be had, and why the others could not."""

from collections import Counter
from importlib.metadata import version
from pathlib import Path

import click

from audiophrase import tables
from audiophrase.clips import availability as record
from audiophrase.stages.options import file_argument, file_option


@click.command()
@click.option("--source", required=True, help="Where the clips came from: rendered, local.")
@file_option("--clips", "Table of clips.")
@file_argument("clip_shards", nargs=-1)
@file_option("--availability", "Table to write.")
@file_option("--availability-csv", "The same as CSV.")
@file_option("--attempts", "Table of attempts to write.")
def availability(
    source: str,
    clips: Path,
    clip_shards: tuple[Path, ...],
    availability: Path,
    availability_csv: Path,
    attempts: Path,
) -> None:
    """Write down which clips could be had, and why the others could not."""
    rows = {
        row["clip_id"]: row
        for shard in clip_shards
        for row in tables.read(
            shard, stage="clips", columns=["clip_id", "state", "reason", "message"]
        ).to_pylist()
    }
    all_clips = tables.read(clips, stage="annotations.clips").to_pylist()
    tool = {"local": "av"}.get(source, "audiophrase")
    versions = f"{tool} {version(tool)}"
    settings = {"clips": {"source": source}}
    found, tried = record.tables(all_clips, rows, source=source, versions=versions)
    tables.write(availability, found, stage="availability", settings=settings)
    tables.write_csv(availability_csv, found.to_pandas())
    tables.write(attempts, tried, stage="attempts", settings=settings)
    for state, n in sorted(Counter(found["state"].to_pylist()).items()):
        click.echo(f"{state}: {n} clips", err=True)
