"""Tables on a terminal, and rows beside them for a spreadsheet."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd

from audiophrase import tables
from audiophrase.amounts import counted
from audiophrase.report.cells import Block

_WORDS = {"split", "state", "reason", "source", "change", "clip", "old", "new"}  # columns of words


def show(blocks: Sequence[Block]) -> None:
    """Print tables under their headings; on a terminal that is too narrow, a value a line."""
    for block in blocks:
        text = plain_text(block.cells)
        if sys.stdout.isatty() and _width(text) > shutil.get_terminal_size().columns:
            text = stacked_text(block.cells)
        click.echo(f"\n{block.heading}\n{text}")


def plain_text(cells: pd.DataFrame) -> str:
    """Cells for a terminal: words to the left, numbers to the right."""
    columns = []
    for name in cells.columns:
        column = [name, *cells[name]]
        width = max(map(len, column))
        columns.append([c.ljust(width) if name in _WORDS else c.rjust(width) for c in column])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


def stacked_text(cells: pd.DataFrame) -> str:
    """Cells where a line of them would be too long: each row as lines of name and value."""
    first, *others = cells.columns
    width = max(map(len, others), default=0)
    lines = []
    for row in cells.to_dict("records"):
        lines.append(row[first])
        lines += [f"  {name.ljust(width)}  {row[name]}" for name in others if row[name]]
    return "\n".join(lines)


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def export(path: Path, rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    """Write rows as CSV, and say so."""
    tables.write_csv(path, pd.DataFrame(rows, columns=list(columns)))
    click.echo(f"\n{counted(len(rows), 'row')}: {path}")
