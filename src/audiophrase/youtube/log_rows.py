"""From lines of the log to rows of attempts.parquet: what of them counts, and in which order."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.youtube import log_lines
from audiophrase.youtube.attempts import COLUMNS
from audiophrase.youtube.history import FETCHED
from audiophrase.youtube.log_lines import Line
from audiophrase.youtube.order import Row, in_order
from audiophrase.youtube.union import identity

CLOCK_TOLERANCE = timedelta(minutes=1)  # clocks are set right by a second or two all the time


def rows_of(lines: list[Line]) -> list[Row]:
    """Every attempt in the log."""
    committed = _committed(lines)
    withdrawn = _withdrawn(lines)
    # Of a clock that was wrong: how long a clip has been unavailable cannot be told by it.
    latest = datetime.now(UTC) + CLOCK_TOLERANCE
    rows, attempts = [], []
    for index, line in enumerate(lines):
        if line["kind"] != "attempt":
            continue
        row = {name: line.get(name) for name in COLUMNS}
        row["tried_utc"] = line["tried_utc"] and datetime.fromisoformat(line["tried_utc"])
        ahead = row["tried_utc"] is not None and row["tried_utc"] > latest
        counts = bool(line.get("committed")) or index in committed
        counts &= not (ahead and row["state"] == State.UNRESOLVED)
        taken_back = withdrawn.get(identity(line), ())
        row["committed"] = line["state"] in FETCHED or (counts and "committed" not in taken_back)
        if row["permanent"] and "permanent" in taken_back:
            row["permanent"] = False
        rows.append(row)
        attempts.append(line)
    return in_order(rows, attempts)


def _withdrawn(lines: Iterable[Line]) -> Mapping[tuple[Any, ...], set[str]]:
    """By attempt, what a table has taken back of it: that it counts, or that it is for good."""
    withdrawn: dict[tuple[Any, ...], set[str]] = {}
    for line in lines:
        if line["kind"] == "withdrawal":
            taken_back = {name for name in ("committed", "permanent") if line.get(name) is False}
            withdrawn.setdefault(identity(line), set()).update(taken_back)
    return withdrawn


def _committed(lines: list[Line]) -> set[int]:
    """Indices of the attempts between two passing canaries of one session of one run.

    Older lines name no session: a run's canaries were then of all its attempts. Where the log was
    damaged, any session's may have failed.
    """
    committed: set[int] = set()
    pending: dict[tuple[str, str | None], list[int]] = {}
    for index, line in enumerate(lines):
        key = (line["run"], line.get("session"))
        if log_lines.is_gap(line):
            pending.clear()
        elif line["kind"] == "canaries":
            if line["passed"]:
                committed.update(pending.get(key, ()))
                pending[key] = []
            else:
                pending.pop(key, None)
        elif line["kind"] == "attempt" and key in pending:
            pending[key].append(index)
    return committed
