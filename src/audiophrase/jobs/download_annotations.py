"""The originals of the annotations, downloaded."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.downloads.of_data_sets import audiogrounding_files
from audiophrase.downloads.pinned import fetch_all
from audiophrase.options import file_argument, settings
from audiophrase.settings import structure


@click.command()
@settings
@file_argument("outputs", nargs=3)
def download_annotations(settings: dict, outputs: tuple[Path, ...]) -> None:
    """Fetch AudioGrounding's train.json, val.json and test.json, checked by their digests."""
    files = audiogrounding_files(structure(settings, "annotations.audiogrounding"))
    for file, copy, output in zip(files, fetch_all(files), outputs, strict=True):
        tables.write_bytes(output, copy.read_bytes())
        click.echo(
            f"{file.what}: {output.stat().st_size:,} bytes, {file.algorithm} checked", err=True
        )
