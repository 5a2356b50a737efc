"""Clips out of a folder of files: a shard of them."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.clips import local
from audiophrase.clips.archive import Matches
from audiophrase.clips.folder import list_files
from audiophrase.clips.inputs import input_digests
from audiophrase.jobs.clip_shards import is_first, write_shard
from audiophrase.options import file_argument, file_option, settings
from audiophrase.settings import structure


@click.command()
@settings
@click.option("--shard", required=True, help="Name of the shard, such as train-00000.")
@file_option("--clips", "Table of clips.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Audio files.")
@file_argument("output")
def local_clips(settings: dict, shard: str, clips: Path, folder: Path, output: Path) -> None:
    """Read the clips of a shard from a folder of audio files."""
    params = structure(settings, "retrieve")
    all_clips = tables.read(clips, stage="annotations.clips")
    clip_rows = all_clips.to_pylist()
    matches = Matches(list_files(folder), clip_rows)
    rows = [
        local.clip_row(folder, matches, clip, params)
        for clip in clip_rows
        if clip["shard"] == shard
    ]
    if is_first(shard) and (note := matches.note()):
        click.echo(f"note: {note}", err=True)
    write_shard(output, rows, settings, input_digests(shard, all_clips))
