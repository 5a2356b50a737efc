"""The manifest of a split's shards of clips."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.clips.inputs import input_digests
from audiophrase.jobs.checked_shards import write_manifest
from audiophrase.options import file_argument, file_option, settings


@click.command()
@settings
@click.option("--split", required=True, help="train, val or test.")
@file_option("--clips", "Table of clips.")
@click.option("--phrases", type=click.Path(path_type=Path), help="Table, if clips are rendered.")
@file_option("--manifest", "The manifest to write.")
@file_argument("shards", nargs=-1)
def clips_manifest(
    settings: dict,
    split: str,
    clips: Path,
    phrases: Path | None,
    manifest: Path,
    shards: tuple[Path, ...],
) -> None:
    """Check the clip shards of a split and write down their digests."""
    clip_table = tables.read(clips, stage="annotations.clips")
    phrase_table = tables.read(phrases, stage="annotations.phrases") if phrases else None
    inputs = {path.stem: input_digests(path.stem, clip_table, phrase_table) for path in shards}
    write_manifest(manifest, "clips", split, settings, shards, inputs)
