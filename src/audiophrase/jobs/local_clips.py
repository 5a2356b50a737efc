"""Clips out of a folder of files: a shard of them."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.clip_ids import FileNames
from audiophrase.clips import local
from audiophrase.clips.folder import list_files
from audiophrase.clips.inputs import input_digests
from audiophrase.jobs.clip_shards import write_shard
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
    names = FileNames(list_files(folder))
    all_clips = tables.read(clips, stage="annotations.clips")
    rows = [
        local.clip_row(folder, names, clip, params)
        for clip in all_clips.to_pylist()
        if clip["shard"] == shard
    ]
    write_shard(output, rows, settings, input_digests(shard, all_clips))
