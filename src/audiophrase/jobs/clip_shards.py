"""Writing a shard of clips, whatever its source."""

from pathlib import Path
from typing import Any

import click

from audiophrase import tables
from audiophrase.clips import shards
from audiophrase.clips.availability import USABLE, State
from audiophrase.clips.messages import single_line


def is_first(shard: str) -> bool:
    """Whether a shard is the first of its split, whose job says what concerns all of them."""
    return shard.endswith("-00000")


def write_shard(
    output: Path, rows: list[dict[str, Any]], settings: dict, inputs: dict[str, str]
) -> None:
    """Write the rows, with a warning for each clip that is short or cannot be used."""
    for row in rows:
        if row["state"] != State.OK:
            click.echo(
                f"warning: clip {row['clip_id']} is {row['state']} ({row['reason']}): "
                f"{single_line(row['message'])}",
                err=True,
            )
    table = shards.table(rows)
    tables.write(
        output,
        table,
        stage="clips",
        settings=settings,
        inputs=inputs,
        units=shards.UNITS,
        metadata=shards.huggingface_metadata(table.schema),
    )
    n_usable = sum(row["state"] in USABLE for row in rows)
    click.echo(f"{output.stem}: {n_usable} of {len(rows)} clips can be used", err=True)
