"""The originals of the annotations, out of the user's one file for all splits."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.amounts import counted
from audiophrase.annotations import files, importing
from audiophrase.options import file_argument, settings
from audiophrase.settings import structure
from audiophrase.splits import SPLITS


@click.command()
@settings
@click.option("--form", help="The form that the file has to have; by default its content says it.")
@file_argument("source")
@file_argument("outputs", nargs=3)
def import_file(settings: dict, form: str | None, source: Path, outputs: tuple[Path, ...]) -> None:
    """Take over the rows of a file for train, val and test, drawn where no row tells its split."""
    content = files.load(source, key="annotations.file")
    params = structure(settings, "annotations.split")
    chosen = importing.by_split(content, str(source), params, named=form)
    for line in importing.remarks(content):
        click.echo(line, err=True)
    for split, output in zip(SPLITS, outputs, strict=True):
        tables.write_json(output, chosen[split], sealed=False)
        n_clips = len({row["filename"] for row in chosen[split]["rows"]})
        click.echo(f"{split}: {counted(n_clips, 'clip')}", err=True)
