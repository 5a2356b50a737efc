"""The attempts of several tables as one: each once, and in the order of every table."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from audiophrase.youtube.lab_tables import MAX_CHARACTERS
from audiophrase.youtube.order import SEED, Row, in_order, latest_times


def identity(attempt: Mapping[str, Any]) -> tuple[Any, ...]:
    """What tells an attempt, a row or a line of a log, from others."""
    tried = attempt.get("tried_utc")
    if isinstance(tried, str):
        tried = datetime.fromisoformat(tried)
    message = (attempt.get("message") or "")[:MAX_CHARACTERS]  # as in a lab's table
    return attempt["clip_id"], tried, attempt["state"], attempt.get("sha256"), message


def in_table_order(rows: Sequence[Row], table: str) -> list[Row]:
    """The rows of one table in order of time, except that no clock turns round what it says."""
    return in_order(rows, [{"run": SEED, "batch": table}] * len(rows))


def united(tables: Sequence[Sequence[Row]]) -> list[Row]:
    """All attempts, each once; no table's order is turned round.

    One is committed if any table says so, and not for good if any says so. Where tables contradict
    each other, the times decide; of attempts made in the same second, what they say: in which order
    the tables are named plays no part.
    """
    distinct: dict[tuple[Any, ...], Row] = {}
    entries: list[Row] = []
    for number, rows in enumerate(tables):
        repeated: Counter[tuple[Any, ...]] = Counter()
        for row in rows:
            repeated[identity(row)] += 1
            key = (*identity(row), repeated[identity(row)])
            distinct[key] = _joined(distinct.get(key, row), row)
            place = {name: row[name] for name in ("clip_id", "tried_utc")}
            entries.append(place | {"table": number, "key": key})
    times = latest_times(entries, [{"run": SEED, "batch": e["table"]} for e in entries])
    by_clip: dict[str, list[Row]] = {}
    for time, entry in zip(times, entries, strict=True):
        rank = time, *map(str, entry["key"])
        by_clip.setdefault(entry["clip_id"], []).append(entry | {"rank": rank})
    rows = [distinct[key] for id_ in sorted(by_clip) for key in _line_up(by_clip[id_])]
    return in_table_order(rows, "union")


def _joined(one: Row, other: Row) -> Row:
    """An attempt as two tables have it, whichever is named first."""
    flags = {}
    for name, prevailing in (("committed", True), ("permanent", False)):
        said = {one.get(name), other.get(name)}
        flags[name] = prevailing if prevailing in said else max(said, key=lambda x: x is not None)
    return max(one, other, key=_content) | flags


def _content(row: Row) -> tuple[bool, list[str]]:
    """What a row says, to be compared: one that has evidence says more."""
    said = (f"{name}={row[name]}" for name in sorted(row) if name not in ("committed", "permanent"))
    return row.get("evidence") is not None, list(said)


def _line_up(entries: Iterable[Row]) -> list[tuple[Any, ...]]:
    """The keys of one clip's entries, none before what stands before it in some table."""
    queues: dict[int, deque[Row]] = {}
    n_queues: Counter[tuple[Any, ...]] = Counter()
    for entry in entries:
        queues.setdefault(entry["table"], deque()).append(entry)
        n_queues[entry["key"]] += 1
    lined_up: dict[tuple[Any, ...], None] = {}
    while heads := [queue[0] for queue in queues.values() if queue]:
        n_first = Counter(entry["key"] for entry in heads)
        free = [entry for entry in heads if n_first[entry["key"]] == n_queues[entry["key"]]]
        first = min(free or heads, key=lambda entry: entry["rank"])
        lined_up[first["key"]] = None
        for queue in queues.values():
            while queue and queue[0]["key"] in lined_up:
                queue.popleft()
    return list(lined_up)
