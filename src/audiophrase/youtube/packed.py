"""What a shard of clips already holds of YouTube's audio: all there is where the cache has gone."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import click

from audiophrase import tables
from audiophrase.errors import ArtifactError


def packed_rows(
    shard: Path, fetched: Mapping[str, Collection[str | None]]
) -> dict[str, dict[str, Any]]:
    """Rows of the clips whose audio is what was fetched, by clip id; none of a damaged shard.

    The digest tells: audio that was rendered, or read from a folder, is not what YouTube gave.

    Args:
        fetched: by clip id, the digests of what was.
    """
    if not shard.exists():
        return {}
    try:
        rows = tables.read(shard, stage="clips").to_pylist()
    except ArtifactError as error:
        click.echo(f"warning: {error.problem}: it is made again", err=True)
        return {}
    return {
        row["clip_id"]: row
        for row in rows
        if row["sha256"] is not None and row["sha256"] in fetched.get(row["clip_id"], ())
    }
