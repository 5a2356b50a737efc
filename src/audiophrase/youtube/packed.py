"""What a shard of clips already holds of YouTube's audio: all there is where the cache has gone."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.youtube.history import FETCHED, ClipHistory


def packed_rows(shard: Path, histories: Mapping[str, ClipHistory]) -> dict[str, dict[str, Any]]:
    """Rows of the clips whose audio is what was fetched, by clip id; none of a damaged shard.

    The digest tells: audio that was rendered, or read from a folder, is not what YouTube gave.
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
        if (history := histories.get(row["clip_id"])) is not None
        and history.state in FETCHED
        and row["sha256"] is not None
        and row["sha256"] == history.sha256
    }
