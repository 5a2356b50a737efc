"""The originals of the annotations, out of the user's list of clips."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.amounts import counted
from audiophrase.annotations import clip_lists, files
from audiophrase.options import file_argument
from audiophrase.splits import SPLITS


@click.command()
@file_argument("source")
@file_argument("outputs", nargs=3)
def import_list(source: Path, outputs: tuple[Path, ...]) -> None:
    """Take over a list of clips in CSV: those of train, val and test, where it has some."""
    listed = clip_lists.parse(files.read(source, key="annotations.list"), str(source))
    for split, output in zip(SPLITS, outputs, strict=True):
        tables.write_json(output, {"clips": listed.clips[split]}, sealed=False)
        click.echo(f"{split}: {counted(len(listed.clips[split]), 'clip')}", err=True)
    for note in listed.notes:
        click.echo(f"note: {source}: {note}", err=True)
    if listed.n_repeated:
        verb = "names" if listed.n_repeated == 1 else "name"
        click.echo(f"note: {counted(listed.n_repeated, 'line')} {verb} a clip once more", err=True)
