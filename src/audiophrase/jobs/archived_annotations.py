"""The originals of the annotations, out of an archive that has their audio, too."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations import files, importing
from audiophrase.archives.labels import label_files
from audiophrase.archives.store import unpacked
from audiophrase.options import file_argument, settings
from audiophrase.settings import structure
from audiophrase.splits import SPLITS


@click.command()
@settings
@file_argument("outputs", nargs=3)
def archived_annotations(settings: dict, outputs: tuple[Path, ...]) -> None:
    """Take over the labels of AudioGrounding v2, downloaded with their audio where they are not here."""
    labels = label_files(unpacked(structure(settings, "annotations.audiogrounding_v2").url))
    for split, output in zip(SPLITS, outputs, strict=True):
        source = Path(labels[split])
        importing.of_split(files.load(source), str(source), split, named="audiogrounding_v2")
        tables.write_bytes(output, source.read_bytes())
        click.echo(f"{split}: {source}", err=True)
