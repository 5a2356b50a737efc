"""The tables of several labs, merged into one to go on fetching from."""

import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from audiophrase.amounts import counted
from audiophrase.errors import AudiophraseError
from audiophrase.prose import tell
from audiophrase.report.merging import (
    DISAGREEMENT_COLUMNS,
    counts_block,
    disagreement_rows,
    disagreement_texts,
    labels,
)
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
    click.echo("Merged:")
    for name, label in labels([lab.name for lab in labs]).items():
        click.echo(f"  {label}  {name}")
    show([counts_block(merged)])
    for text in disagreement_texts(merged, max_listed=max_listed):
        tell(text)
    parts = [counted(len(merged.rows), "attempt")]
    if merged.n_repeated:
        parts.append(f"{merged.n_repeated:,} more stood in several tables")
    if merged.n_judged_otherwise:
        verb = "is" if merged.n_judged_otherwise == 1 else "are"
        parts.append(f"{merged.n_judged_otherwise:,} {verb} judged otherwise by today's rules")
    if merged.n_settled:
        settled = counted(merged.n_settled, "clip")
        parts.append(f"{settled} left unresolved by one lab, but not by another")
    tell(f"\n{'; '.join(parts)}.")
    for lab in labs:
        if lab.n_elsewhere:
            verb = "is" if lab.n_elsewhere == 1 else "are"
            elsewhere = counted(lab.n_elsewhere, "clip")
            tell(f"{lab.name}: {elsewhere} {verb} not from YouTube, and left out.")
    if not merged.disagreements:
        click.echo("The tables do not contradict each other.")
    if exported is not None:
        export(exported, disagreement_rows(merged.disagreements), DISAGREEMENT_COLUMNS)
    if out is not None:
        write_table(out, list(merged.rows))
        tell(
            f"\n{out} is written. To go on from it, with the name of the data set for NAME: "
            f"`cp {shlex.quote(str(out))} data/NAME/attempts.parquet`, then `audiophrase fetch NAME` "
            "(and --configfile FILE, where the data set stands in a params file of your own)"
        )
