"""What forms of tables have in common: columns that are needed, and values that stand once."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from audiophrase.annotations import values as values_of
from audiophrase.annotations.clip_names import spelt_alike
from audiophrase.annotations.csv_tables import CsvTable
from audiophrase.errors import AnnotationError

Problem = tuple[str, str]  # a field's name in the file, and what is wrong with it
FILE_COLUMNS = ("file", "filename", "file_name", "path")  # of which one names a clip's file
_MAX_LISTED = 12


class Table(Protocol):
    """What CSV and Parquet have in common."""

    name: str
    columns: tuple[str, ...]


def has_columns(content: Any, *names: str) -> bool:
    """Whether some content is a table of text with these columns."""
    return isinstance(content, CsvTable) and set(names) <= set(content.columns)


def require_columns(table: Table, *names: str) -> None:
    """Refuse a table that lacks a column. Raises AnnotationError."""
    if missing := [name for name in names if name not in table.columns]:
        raise AnnotationError(
            f"{table.name} lacks the column {', '.join(missing)}; it has {listed(table.columns)}",
            "name the columns as docs/own-data.md does, or choose annotations.form",
        )


def first_of(table: Table, *names: str) -> str | None:
    """The first of these columns that a table has."""
    return next((name for name in names if name in table.columns), None)


def listed(columns: tuple[str, ...]) -> str:
    """The names of columns as a message shows them."""
    shown = ", ".join(values_of.shown(column)[1:-1] for column in columns[:_MAX_LISTED])
    return shown + (", …" if len(columns) > _MAX_LISTED else "")


def seen_before(column: str) -> Callable[[str, int], Problem | None]:
    """A function of values and their lines: what is wrong with one that stood in a line before."""
    lines: dict[str, int] = {}

    def seen(value: str, line: int) -> Problem | None:
        first = lines.setdefault(spelt_alike(value), line)
        if first == line:
            return None
        return column, f"{values_of.shown(value)} stands in line {first}, too"

    return seen


def split_of(values: Mapping[str, Any], column: str = "split") -> tuple[str | None, Problem | None]:
    """The split that a row of a table with such a column names, or what is wrong with it."""
    if column not in values:
        return None, None
    try:
        return values_of.split(values[column] or ""), None
    except values_of.BadValueError as error:
        return None, (column, str(error))
