"""In which order attempts count: as they were made, whatever the clocks said.

Within one log that is the order of its lines. What came from elsewhere keeps its own order too, and
is set between the lines of this machine by its times, for want of anything better.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

SEED = "seed"  # the run that lines from a table name
YEARS = range(2020, 2200)  # that a clock shows which was ever set; no attempt is older
BEFORE = datetime.min.replace(tzinfo=UTC)
Row = dict[str, Any]


def in_order(rows: Sequence[Row], lines: Sequence[Mapping[str, Any]]) -> list[Row]:
    """Sort rows by time, except that a clock that was wrong turns nothing round.

    The arguments are those of `latest_times`; of equal times the first comes first.
    """
    times = latest_times(rows, lines)
    return [rows[index] for index in sorted(range(len(rows)), key=times.__getitem__)]


def latest_times(rows: Sequence[Row], lines: Sequence[Mapping[str, Any]]) -> list[datetime]:
    """When each attempt was made at the latest.

    An attempt that was followed by another of its clip, in the same log, was made no later than
    that one.

    Args:
        rows: of attempts.parquet.
        lines: the lines of the log that they were read from; `origin` names another log, `batch` a table.
    """
    bound: dict[tuple[Any, ...], datetime] = {}
    times = [BEFORE] * len(rows)
    for index in reversed(range(len(rows))):
        row, line = rows[index], lines[index]
        if row["tried_utc"] is None:  # no network was asked
            continue
        key = (line.get("origin"), row["clip_id"])
        if line["run"] == SEED:  # which of several tables it was in was not always written down
            key += (line.get("batch", index),)
        bound[key] = times[index] = min(row["tried_utc"], bound.get(key, row["tried_utc"]))
    return times
