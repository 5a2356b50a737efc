"""Tables as the page shows them: which cells head a row, what is a number, and how wide it all is."""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from audiophrase.report.cells import Table

_NUMBER = re.compile(r"[<±]?\s?\.?\d")
_MANY_COLUMNS = 10
_MOST_CHARACTERS = 28  # of a cell in one line; longer text is broken
# From so many characters on a table is wider than a window: of a telephone, of a tablet.
_WIDER_THAN = {"wide": 40, "wider": 100}


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of text: every row begins with cells that head it."""

    id: str
    caption: str
    caption_is_seen: bool
    columns: tuple[tuple[str, bool], ...]  # name, and whether numbers stand below it
    rows: tuple[tuple[str, ...], ...]
    n_heads: int  # cells of a row that say what the row is of
    classes: str
    scrolls: bool  # in a narrow window


def cells(frame: pd.DataFrame, name: str, caption: str, *, caption_is_seen: bool = True) -> Cells:
    """Text cells for the page.

    Args:
        name: of the table; no other on the page has it.
        caption: says what the table is of; `caption_is_seen` where no heading above says the same.
    """
    rows = tuple(tuple(map(str, row)) for row in frame.itertuples(index=False, name=None))
    names = tuple(map(str, frame.columns))
    n_heads = _n_heads(rows, len(names))
    columns = tuple(
        (column, index >= n_heads and _are_numbers([row[index] for row in rows]))
        for index, column in enumerate(names)
    )
    width = sum(_width(column, [row[i] for row in rows]) for i, column in enumerate(names))
    classes = [name for name, least in _WIDER_THAN.items() if width >= least]
    scrolls = bool(classes)
    classes += ["many"] if len(names) >= _MANY_COLUMNS else []
    return Cells(
        f"cells-{name}",
        caption,
        caption_is_seen,
        columns,
        rows,
        n_heads,
        " ".join(classes),
        scrolls,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A table of the page: its parts, and the notes that no other place of the page says."""

    title: str
    parts: tuple[Cells, ...]
    notes: tuple[str, ...]


def shown(
    tables: Mapping[str, Table], *, said: Collection[str]
) -> tuple[dict[str, Shown], list[str]]:
    """The tables that have cells, and the notes that several of them share, said once for all.

    Args:
        said: notes that stand on top of the page.
    """
    tables = {name: table for name, table in tables.items() if table.blocks}
    times_said = Counter(note for table in tables.values() for note in dict.fromkeys(table.notes))
    shared = [note for note in times_said if times_said[note] > 1 and note not in said]
    return {
        name: Shown(
            table.title,
            parts(table, name),
            tuple(note for note in table.notes if note not in said and note not in shared),
        )
        for name, table in tables.items()
    }, shared


def parts(table: Table, name: str) -> tuple[Cells, ...]:
    """The blocks of a table; one without a heading is named by the table's title, which is above it."""
    return tuple(
        cells(
            block.cells,
            f"{name}-{index}",
            block.heading or table.title,
            caption_is_seen=bool(block.heading),
        )
        for index, block in enumerate(table.blocks, start=1)
    )


def _n_heads(rows: Sequence[tuple[str, ...]], n_columns: int) -> int:
    """The least number of cells by which rows are told apart; one where nothing does so."""
    for n in range(1, n_columns):
        if len({row[:n] for row in rows}) == len(rows):
            return n
    return 1


def _are_numbers(column: Sequence[str]) -> bool:
    written = [cell for cell in column if cell and cell != "–"]
    return bool(written) and all(map(_NUMBER.match, written))


def _width(name: str, column: Sequence[str]) -> int:
    """In characters; a name may be broken between its words."""
    cell = min(max(map(len, column), default=0), _MOST_CHARACTERS)
    return max([cell, *map(len, name.split())]) + 2
