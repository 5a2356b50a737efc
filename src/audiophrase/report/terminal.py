"""Tables on a terminal, and rows beside them for a spreadsheet."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd

from audiophrase import tables
from audiophrase.report.availability import plain_text
from audiophrase.report.cells import Block


def show(blocks: Sequence[Block]) -> None:
    """Print tables under their headings."""
    for block in blocks:
        click.echo(f"\n{block.heading}\n{plain_text(block.cells)}")


def export(path: Path, rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    """Write rows as CSV, and say so."""
    tables.write_csv(path, pd.DataFrame(rows, columns=list(columns)))
    click.echo(f"\n{len(rows):,} rows: {path}")
