"""Stage retrieve, for clips in a folder: a shard of them."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.clips import local, shards
from audiophrase.clips.folder import list_files
from audiophrase.params import structure
from audiophrase.stages.clip_shards import write_shard
from audiophrase.stages.options import file_argument, file_option, settings


@click.command()
@settings
@click.option("--shard", required=True, help="Name of the shard, such as train-00000.")
@file_option("--clips", "Table of clips.")
@click.option("--folder", type=click.Path(path_type=Path), required=True, help="Audio files.")
@file_argument("output")
def local_clips(settings: dict, shard: str, clips: Path, folder: Path, output: Path) -> None:
    """Read the clips of a shard from a folder of audio files."""
    params = structure(settings, "retrieve")
    names = list_files(folder)
    rows = []
    all_clips = tables.read(clips, stage="annotations.clips")
    for clip in all_clips.to_pylist():
        if clip["shard"] != shard:
            continue
        read = local.read_clip(folder, names, clip, tolerance_s=params.short_by_s)
        if isinstance(read, shards.Failure):
            rows.append(shards.failure_row(clip["clip_id"], read))
        else:
            duration_s = clip["end_s"] - clip["start_s"]
            rows.append(shards.audio_row(clip["clip_id"], *read, duration_s, params))
    write_shard(output, rows, settings, shards.input_digests(shard, all_clips))
