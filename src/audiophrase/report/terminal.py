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
from audiophrase.report.availability import plain_text, stacked_text
from audiophrase.report.cells import Block


def show(blocks: Sequence[Block]) -> None:
    """Print tables under their headings; on a terminal that is too narrow, a value a line."""
    for block in blocks:
        text = plain_text(block.cells)
        if sys.stdout.isatty() and _width(text) > shutil.get_terminal_size().columns:
            text = stacked_text(block.cells)
        click.echo(f"\n{block.heading}\n{text}")


def _width(text: str) -> int:
    return max(map(len, text.split("\n")))


def export(path: Path, rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    """Write rows as CSV, and say so."""
    tables.write_csv(path, pd.DataFrame(rows, columns=list(columns)))
    click.echo(f"\n{counted(len(rows), 'row')}: {path}")
