"""A lab's table, of attempts or of availability, as rows of attempts: whatever it holds is checked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audiophrase.clips.availability import YOUTUBE, State
from audiophrase.clips.availability_file import problem_of
from audiophrase.clips.foreign_table import read_rows
from audiophrase.clips.messages import single_line
from audiophrase.errors import AudiophraseError
from audiophrase.youtube.attempts import COLUMNS, SOURCE
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.order import YEARS

Row = dict[str, Any]

NOUN = "table of attempts or of availability"
REMEDY = "name attempts.parquet or availability.parquet of each lab, or the same as .csv"
MAX_CHARACTERS = 1000  # of a text but the evidence
MAX_EVIDENCE = 200_000  # characters
MAX_NAME = 60
_OF_ATTEMPTS = {"number", "tried_utc"}  # columns that a table of availability has not
_OF_AVAILABILITY = ("attempts", "last_tried_utc")


@dataclass(frozen=True, slots=True)
class Lab:
    """What one lab's table says of its attempts at YouTube.

    Attributes:
        name: of the table, as it was given.
        rows: of attempts.parquet, in the order of the table.
        n_elsewhere: clips that it has from elsewhere, such as a folder: they say nothing of YouTube.
    """

    name: str
    rows: tuple[Row, ...]
    n_elsewhere: int = 0


def read(path: Path) -> Lab:
    """Read a table. Raises AudiophraseError."""
    rows = read_rows(
        path,
        (*COLUMNS, *_OF_AVAILABILITY),
        needed=("clip_id", "state"),
        stages=("attempts", "availability"),
        noun=NOUN,
        remedy=REMEDY,
    )
    try:
        read_row = _attempt if _OF_ATTEMPTS & set(rows[0]) else _verdict
        attempts = [read_row(row) for row in rows]
    except ValueError as error:
        raise AudiophraseError(f"{path} is no {NOUN}: {error}", REMEDY) from None
    asked = [row for row in attempts if row and row["source"] in (None, YOUTUBE)]
    elsewhere = {row["clip_id"] for row in attempts if row} - {row["clip_id"] for row in asked}
    return Lab(single_line(str(path))[-MAX_NAME:], tuple(asked), len(elsewhere))


def _attempt(row: Mapping[str, Any]) -> Row:
    """A row of a table of attempts, each value of its type, texts bounded."""
    if problem := problem_of(dict(row)):
        raise ValueError(problem)
    read = {name: _READ.get(name, _text)(name, row.get(name)) for name in COLUMNS}
    return read | {"evidence": _evidence(row.get("evidence"))}


def _verdict(row: Mapping[str, Any]) -> Row | None:
    """A row of a table of availability as one attempt; None for a clip that was never asked for."""
    attempt = _attempt(row)
    attempt |= {"tried_utc": _time("last_tried_utc", row.get("last_tried_utc")), "number": 1}
    if attempt["state"] == State.UNRESOLVED and _whole("attempts", row.get("attempts")) == 0:
        return None
    return attempt | {"committed": attempt["state"] != State.UNRESOLVED, "evidence": None}


def _text(name: str, value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"{name} holds {value!r:.40}, which is no text")
    return value[:MAX_CHARACTERS] if value else None


def _whole(name: str, value: Any) -> int | None:
    if value is None:
        return None
    try:
        number = float(value)
        if isinstance(value, bool) or number != int(number) or abs(number) >= 1 << 31:
            raise ValueError
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name} holds {value!r:.40}, which is no whole number") from None
    return int(number)


def _flag(name: str, value: Any) -> bool | None:
    known = {"true": True, "false": False, "1": True, "0": False, "none": None}
    if str(value).casefold() not in known:
        raise ValueError(f"{name} holds {value!r:.40}, which is neither true nor false")
    return known[str(value).casefold()]


def _time(name: str, value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        when = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        when = when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise ValueError(f"{name} holds {value!r:.40}, which is no time") from None
    if when.year not in YEARS:
        raise ValueError(f"{name} holds the year {when.year}")
    return datetime(*when.timetuple()[:6], tzinfo=UTC)


def _evidence(text: Any) -> str | None:
    """The evidence, written again as we write it; None where it is none."""
    if not isinstance(text, str) or len(text) > MAX_EVIDENCE:
        return None
    try:
        written = Evidence.from_json(text).to_json()
        written.encode()
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    return written


_READ: dict[str, Callable[[str, Any], Any]] = {
    "number": lambda name, value: _whole(name, value) or 1,
    "tried_utc": _time,
    "permanent": _flag,
    "committed": _flag,
    "http_status": _whole,
    "cookies": _flag,
    "bytes": _whole,
    "evidence": lambda *_: None,
    "source": lambda name, value: _text(name, value) or SOURCE,
}
