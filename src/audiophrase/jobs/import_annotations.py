"""The originals of the annotations, out of the user's files."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations import files
from audiophrase.annotations.forms import clip_list
from audiophrase.errors import AnnotationError
from audiophrase.options import file_argument


@click.command()
@file_argument("source")
@file_argument("output")
def import_annotations(source: Path, output: Path) -> None:
    """Take over one annotation file, as it is, once it proves to be JSON."""
    if clip_list.recognises(files.load(source)):
        raise AnnotationError(
            f"{source} is a list of clips without captions",
            "name a list as CSV in annotations.list, in place of annotations.files",
        )
    tables.write_bytes(output, source.read_bytes())
