"""CSV files of any origin: text in UTF-8, columns by the names in the header, records by their line."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from audiophrase.errors import AnnotationError

DELIMITERS = ",;\t"
SAVE_AS_UTF8 = "save it as CSV in UTF-8: in a spreadsheet, 'CSV UTF-8' under 'save as'"
_MAX_COLUMNS = 1000


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A table whose first line names its columns."""

    name: str  # of the file, for messages
    columns: tuple[str, ...]  # in lower case, without spaces around them
    text: str
    delimiter: str

    def records(self) -> Iterator[tuple[int, dict[str, str]]]:
        """The line where each record begins, and its values by column, without spaces around them.

        Raises:
            AnnotationError: a line has another number of values than the header, or no end of a quote.
        """
        remedy = "correct the file: quotation marks stand around a value that holds a comma"
        for line, values in records(self.text, 1, self.delimiter, self.name, remedy):
            n_columns = len(self.columns)
            if len(values) < n_columns or any(value.strip() for value in values[n_columns:]):
                raise AnnotationError(
                    f"{self.name}, line {line}: the header names {n_columns} columns, the line has "
                    f"{len(values)}",
                    remedy,
                )
            stripped = (value.strip() for value in values[:n_columns])
            yield line, dict(zip(self.columns, stripped, strict=True))


def table(text: str, name: str) -> CsvTable | None:
    """The table that a text is; None where its first line names fewer than two columns."""
    first = next((line for line in io.StringIO(text)), "")
    columns, delimiter = max(
        ((header(first, delimiter), delimiter) for delimiter in DELIMITERS),
        key=lambda pair: len(pair[0]),
    )
    if not 2 <= len(columns) <= _MAX_COLUMNS:
        return None
    if repeated := sorted({column for column in columns if column and columns.count(column) > 1}):
        raise AnnotationError(
            f"{name} names a column twice: {', '.join(repeated)[:80]}", "leave out one of them"
        )
    return CsvTable(name, tuple(columns), text, delimiter)


def header(line: str, delimiter: str) -> list[str]:
    """The names of columns in a line, in lower case; none where it is no line of CSV."""
    try:
        (names,) = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
    except (csv.Error, ValueError):
        return []
    return [name.strip().casefold() for name in names]


def decode(content: bytes, name: str, *, remedy: str) -> str:
    """Text in UTF-8, its lines ended by newlines. Raises AnnotationError, naming the line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text, line = None, content[: error.start].count(b"\n") + 1
    if text is None or "\0" in text:
        where = f": line {line}" if text is None else ""
        raise AnnotationError(f"{name} is no text in UTF-8{where}", remedy)
    if not text.strip():
        raise AnnotationError(f"{name} is empty", "name the file of the annotations")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def records(
    text: str, n_header_lines: int, delimiter: str, name: str, remedy: str
) -> Iterator[tuple[int, list[str]]]:
    """The number of the line where each record below the header begins, and its values.

    Raises:
        AnnotationError: what begins at a line is no record.
    """
    lines = io.StringIO(text)
    for _ in range(n_header_lines):
        next(lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    number = n_header_lines + 1
    try:
        for values in reader:
            if any(value.strip() for value in values):
                yield number, values
            number = n_header_lines + reader.line_num + 1
    except csv.Error as error:
        raise AnnotationError(
            f"{name}, line {number}: {error}; is there a quotation mark without its fellow?",
            remedy,
        ) from None
