"""Clips out of a folder of files, or of a table of audio: a shard of them."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations.audio_tables import AudioTable
from audiophrase.annotations.patterns import is_pattern
from audiophrase.clips import local
from audiophrase.clips.inputs import input_digests
from audiophrase.jobs.clip_shards import write_shard
from audiophrase.jobs.folder_clips import rows_out_of_folder
from audiophrase.options import file_argument, file_option, settings
from audiophrase.settings import structure


@click.command()
@settings
@click.option("--shard", required=True, help="Name of the shard, such as train-00000.")
@file_option("--clips", "Table of clips.")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder of audio files, or Parquet, which may be a pattern of files.",
)
@file_argument("output")
def local_clips(settings: dict, shard: str, clips: Path, folder: Path, output: Path) -> None:
    """Read the clips of a shard from a folder of audio files, or out of a Parquet of audio."""
    params = structure(settings, "retrieve")
    all_clips = tables.read(clips, stage="annotations.clips")
    clip_rows = all_clips.to_pylist()
    own = [clip for clip in clip_rows if clip["shard"] == shard]
    if folder.is_file() or is_pattern(folder):
        by_name = dict.fromkeys(clip["filename"] for clip in own)
        clip_of = {clip["filename"]: clip for clip in own}
        for name, content in AudioTable(folder).audio(clip_of):  # one clip's bytes at a time
            by_name[name] = local.table_row(content, clip_of[name], params)
        rows = [by_name[clip["filename"]] or local.table_row(None, clip, params) for clip in own]
    else:
        rows = rows_out_of_folder(folder, clip_rows, shard, params)
    write_shard(output, rows, settings, input_digests(shard, all_clips))
