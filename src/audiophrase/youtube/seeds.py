"""A seed: a table of attempts beside a log, perhaps from elsewhere, or merged from several labs.

What it says and the log does not is added. Of what the log says it may take back that a verdict
counts or holds for good, never the contrary: all that comes of it is that YouTube is asked again.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from audiophrase.youtube.attempts import COLUMNS
from audiophrase.youtube.history import FETCHED, fold
from audiophrase.youtube.log_lines import Line, utc_text
from audiophrase.youtube.log_rows import rows_of
from audiophrase.youtube.order import SEED, Row
from audiophrase.youtube.union import identity

_NAMED = ("kind", "run", "batch", "clip_id", "number", "tried_utc", "state", "sha256", "message")


def lacking(lines: list[Line], seed: Sequence[Row]) -> list[Line]:
    """The lines that a log lacks of a seed, under the log's names: first what is taken back.

    So a death in between lets no clip pass for missing that the seed says was had.
    """
    theirs = list(map(_line, seed))
    ours = [_line(row) for row in rows_of(lines)]
    known = set(map(identity, ours))
    return [*_withdrawals(ours, theirs, seed), *(x for x in theirs if identity(x) not in known)]


def _line(row: Mapping[str, Any]) -> Line:
    values = {name: row.get(name) for name in COLUMNS}
    values["tried_utc"] = row["tried_utc"] and utc_text(row["tried_utc"])
    return {"kind": "attempt", "run": SEED, "batch": "", **values}


def _withdrawals(
    ours: Iterable[Line], theirs: Sequence[Line], seed: Iterable[Row]
) -> Iterable[Line]:
    """What a seed takes back of the failures in a log.

    That they count: where the seed has the clip as fetched all the same, as labs have together; or
    judges the same attempt otherwise. That they are for good: where they are not in the seed.
    """
    had = {id_ for id_, history in fold(seed).items() if history.state in FETCHED}
    same = {identity(line): line for line in theirs}
    judged = {_occasion(line): line for line in theirs}
    done: set[tuple[Any, ...]] = set()
    for line in ours:
        if line["state"] in FETCHED or identity(line) in done:
            continue
        if their := same.get(identity(line)):
            counts = their["committed"] is not False or line["clip_id"] not in had
            for_good = their["permanent"] is not False
        else:
            their = judged.get(_occasion(line), line)
            counts = (their["state"], their["reason"]) == (line["state"], line["reason"])
            for_good = True
        if (line["committed"] and not counts) or (line["permanent"] and not for_good):
            done.add(identity(line))
            named = {name: line[name] for name in _NAMED}
            yield named | {"kind": "withdrawal", "committed": counts, "permanent": for_good}


def _occasion(line: Line) -> tuple[Any, ...]:
    """What an attempt keeps when it is judged again."""
    return tuple(line[name] for name in ("clip_id", "tried_utc", "number"))
