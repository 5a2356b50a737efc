"""Text that came from outside, made fit for a terminal or for one line of a file."""

import json
import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

# Characters that turn the direction of what follows them, beyond the text that holds them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSEEN = frozenset(("Cc", "Cs", "Zl", "Zp"))


def visible(text: str) -> str:
    """Text for a terminal: what would move the cursor or turn the line stands as its escape."""
    return "".join(_escape(c) if _is_unseen(c) else c for c in text)


def lines(text: str) -> str:
    """The same of several lines, which stay lines."""
    return "\n".join(map(visible, text.split("\n")))


def one_line(text: str) -> str:
    """Text for a field of one line: such characters, and runs of spaces, become one space."""
    return " ".join("".join(" " if _is_unseen(c) else c for c in text).split())


def columns(names: Sequence[str], rows: Sequence[Sequence[Any]], *, numbers: str = "") -> str:
    """Rows under their names, in columns; those in `numbers`, a letter a column, to the right.

    `numbers` has one of `l` and `r` for each column; left where it is not given.
    """
    sides = numbers or "l" * len(names)
    cells = [[visible(str(cell)) for cell in row] for row in (names, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if side == "r" else cell.ljust(width)
            for cell, width, side in zip(row, widths, sides, strict=True)
        ).rstrip()
        for row in cells
    )


def as_json(value: Any) -> str:
    """JSON that any terminal and any program can take: what is not ASCII is escaped, and a number
    that is not finite, of which JSON has none, is null."""
    return json.dumps(_finite(value), indent=2, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _is_unseen(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in _UNSEEN


def _escape(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
