"""The originals of the annotations, out of the user's files."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations import files
from audiophrase.options import file_argument


@click.command()
@file_argument("source")
@file_argument("output")
def import_annotations(source: Path, output: Path) -> None:
    """Take over one annotation file, as it is, once it proves to be JSON."""
    files.load(source)
    tables.write_bytes(output, source.read_bytes())
