"""The originals of the annotations, out of the user's files."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations import files, importing
from audiophrase.options import file_argument


@click.command()
@click.option("--form", help="The form that the file has to have; by default its content says it.")
@file_argument("source")
@file_argument("output")
def import_annotations(form: str | None, source: Path, output: Path) -> None:
    """Take over the annotation file of one split: JSON as it is, else its rows."""
    content = files.load(source)
    rows = importing.of_split(content, str(source), output.stem, named=form)
    for line in importing.remarks(content):
        click.echo(line, err=True)
    if files.is_json(content, source):
        tables.write_bytes(output, source.read_bytes())
    else:
        tables.write_json(output, rows, sealed=False)
