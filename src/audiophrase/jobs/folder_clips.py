"""The rows of a shard out of a folder of recordings: what both jobs that read one do."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from audiophrase.clips import local
from audiophrase.clips.archive import Matches
from audiophrase.clips.folder import list_files
from audiophrase.clips.parameters import ClipParams
from audiophrase.jobs.clip_shards import is_first


def rows_out_of_folder(
    folder: Path, clips: Sequence[dict[str, Any]], shard: str, params: ClipParams
) -> list[dict[str, Any]]:
    """A row for each clip of a shard; files that match no clip at all are told of once a split.

    Args:
        clips: rows of clips.parquet, all of the data set.
    """
    matches = Matches(list_files(folder), clips)
    if is_first(shard) and (note := matches.note()):
        click.echo(f"note: {note}", err=True)
    own = (clip for clip in clips if clip["shard"] == shard)
    return [local.clip_row(folder, matches, clip, params) for clip in own]
