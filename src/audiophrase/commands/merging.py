"""The tables of several labs, merged into one to go on fetching from."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from audiophrase.errors import AudiophraseError
from audiophrase.report.merging import DISAGREEMENT_COLUMNS, disagreement_rows, merged_blocks
from audiophrase.report.terminal import export, show
from audiophrase.youtube import lab_tables
from audiophrase.youtube.attempts import write_table
from audiophrase.youtube.merge import merge


def merge_tables(
    paths: Sequence[Path], *, out: Path | None, exported: Path | None, max_listed: int | None
) -> None:
    """Merge tables, tell what they say, and write the attempts and the disagreements down.

    Raises:
        AudiophraseError: a table cannot be read, is named twice, or would be lost.
    """
    if len({path.resolve() for path in paths}) < len(paths):
        raise AudiophraseError("a table is named twice", "name each lab's table once")
    if out is not None and out.exists() and out.resolve() not in {p.resolve() for p in paths}:
        raise AudiophraseError(
            f"{out} is there already, and is none of the tables that are merged",
            "name it among them, so that its attempts are kept, or name another file",
        )
    labs = [lab_tables.read(path) for path in paths]
    if len({lab.name for lab in labs}) < len(labs):
        raise AudiophraseError(
            "two tables cannot be told apart by the ends of their names", "rename one of them"
        )
    merged = merge(labs)
    click.echo(f"Merged: {', '.join(lab.name for lab in labs)}")
    show(merged_blocks(merged, max_listed=max_listed))
    told = [f"{len(merged.rows):,} attempts"]
    if merged.n_repeated:
        told.append(f"{merged.n_repeated:,} more stood in several tables")
    if merged.n_judged_otherwise:
        told.append(f"{merged.n_judged_otherwise:,} are judged otherwise by today's rules")
    if merged.n_settled:
        noun = "clip" if merged.n_settled == 1 else "clips"
        told.append(f"{merged.n_settled:,} {noun} left unresolved by one lab, but not by another")
    click.echo(f"\n{'; '.join(told)}.")
    for lab in labs:
        if lab.n_elsewhere:
            click.echo(f"{lab.name}: {lab.n_elsewhere:,} clips are not from YouTube, and left out.")
    if not merged.disagreements:
        click.echo("The tables do not contradict each other.")
    if exported is not None:
        export(exported, disagreement_rows(merged.disagreements), DISAGREEMENT_COLUMNS)
    if out is not None:
        write_table(out, list(merged.rows))
        click.echo(
            f"\n{out} is written. To go on from it: `cp {shlex.quote(str(out))} "
            "data/NAME/attempts.parquet`, then `audiophrase fetch NAME`"
        )
