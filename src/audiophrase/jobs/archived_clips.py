"""Clips out of an archive of audio, which is downloaded where it is not here: a shard of them."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.archives.store import unpacked
from audiophrase.clips.inputs import input_digests
from audiophrase.jobs.clip_shards import write_shard
from audiophrase.jobs.folder_clips import rows_out_of_folder
from audiophrase.options import file_argument, file_option, settings
from audiophrase.settings import structure


@click.command()
@settings
@click.option("--shard", required=True, help="Name of the shard, such as train-00000.")
@file_option("--clips", "Table of clips.")
@file_argument("output")
def archived_clips(settings: dict, shard: str, clips: Path, output: Path) -> None:
    """Read the clips of a shard out of the audio that was archived with their labels."""
    folder = unpacked(structure(settings, "annotations.audiogrounding_v2").url)
    all_clips = tables.read(clips, stage="annotations.clips")
    params = structure(settings, "retrieve")
    rows = rows_out_of_folder(folder, all_clips.to_pylist(), shard, params)
    # Where it was downloaded from is nothing that the clips depend on.
    write_shard(output, rows, {"retrieve": settings["retrieve"]}, input_digests(shard, all_clips))
