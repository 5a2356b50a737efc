"""Tables of several labs merged: one history of attempts, and where the labs say different things.

What was answered is judged again by the rules of today. Nothing is for good that labs disagree on,
and where one of them could fetch a clip, no other's verdict on it counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.history import FETCHED, ClipHistory, fold
from audiophrase.youtube.lab_tables import Lab
from audiophrase.youtube.verdict import judge

Row = dict[str, Any]

MISSING = "missing for one, fetched by another"
GEO_BLOCKED = "geo-blocked for one"
PERMANENCE = "for good by one, not by another"
OTHER = "another state"
KINDS = (MISSING, GEO_BLOCKED, PERMANENCE, OTHER)

_BEFORE = datetime.min.replace(tzinfo=UTC)
_IDENTITY = ("clip_id", "tried_utc", "state", "sha256", "message")


@dataclass(frozen=True, slots=True)
class Statement:
    """What a lab says of a clip: its history, and the attempt that decided."""

    lab: str
    history: ClipHistory
    row: Row


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A clip of which labs say different things; `kinds` are of `KINDS`."""

    clip_id: str
    kinds: tuple[str, ...]
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What labs say together.

    Attributes:
        rows: of attempts.parquet, in order of time.
        n_repeated: rows that another table had, too.
        n_judged_otherwise: attempts whose verdict today's rules change.
        n_settled: clips that one lab left unresolved and another did not.
        by_lab: the histories of each lab, by its name and the clip id; `together`: of all.
    """

    rows: tuple[Row, ...]
    n_repeated: int
    n_judged_otherwise: int
    n_settled: int
    by_lab: Mapping[str, Mapping[str, ClipHistory]]
    together: Mapping[str, ClipHistory]
    disagreements: tuple[Disagreement, ...]


def merge(labs: Sequence[Lab]) -> Merged:
    """Merge the tables of labs, whose names are distinct."""
    judged = {lab.name: [judge_again(row) for row in lab.rows] for lab in labs}
    n_changed = sum(
        new["state"] != old["state"] or new["reason"] != old["reason"]
        for lab in labs
        for new, old in zip(judged[lab.name], lab.rows, strict=True)
    )
    by_lab = {name: fold(_in_order(rows)) for name, rows in judged.items()}
    ids = dict.fromkeys(row["clip_id"] for rows in judged.values() for row in rows)
    statements = _statements(judged, by_lab, ids)
    disagreements = [Disagreement(id_, _kinds(said), said) for id_, said in statements.items()]
    disagreements = tuple(found for found in disagreements if found.kinds)
    union = _union(judged.values())
    disputed = {found.clip_id for found in disagreements}
    fetched = {
        found.clip_id
        for found in disagreements
        if any(said.history.state in FETCHED for said in found.statements)
    }
    rows = [_weakened(row, disputed, fetched) for row in union]
    return Merged(
        rows=tuple(rows),
        n_repeated=sum(map(len, judged.values())) - len(union),
        n_judged_otherwise=n_changed,
        n_settled=sum(_is_settled(said) for said in statements.values()),
        by_lab=by_lab,
        together=fold(rows),
        disagreements=disagreements,
    )


def judge_again(row: Row) -> Row:
    """An attempt with the verdict that today's rules read from its evidence, where it has any.

    What the audio told stays as it is.
    """
    if row["state"] in (*FETCHED, State.CORRUPT) or row["evidence"] is None:
        return row
    try:
        verdict = judge(Evidence.from_json(row["evidence"]))
    except ValueError:  # nobody here wrote it
        return row
    told = {"state": str(verdict.state), "reason": verdict.reason, "permanent": verdict.permanent}
    if (told["state"], told["reason"]) != (row["state"], row["reason"]):
        told["message"] = verdict.message
    return row | told


def _in_order(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row["tried_utc"] or _BEFORE)


def _union(tables: Iterable[Sequence[Row]]) -> list[Row]:
    """All attempts in order of time, those that several tables have once."""
    distinct: dict[tuple[Any, ...], Row] = {}
    for rows in tables:
        of_table: dict[tuple[Any, ...], int] = {}
        for row in rows:
            identity = tuple(row[name] for name in _IDENTITY)
            n = of_table[identity] = of_table.get(identity, 0) + 1
            known = distinct.setdefault((*identity, n), row)
            if row["committed"] and not known["committed"]:
                distinct[(*identity, n)] = known | {"committed": True}
    return _in_order(distinct.values())


def _statements(
    judged: Mapping[str, Sequence[Row]],
    by_lab: Mapping[str, Mapping[str, ClipHistory]],
    ids: Iterable[str],
) -> dict[str, tuple[Statement, ...]]:
    """By clip, what each lab that tried it says."""
    deciding: dict[tuple[str, str], Row] = {}
    for name, rows in judged.items():
        for row in _in_order(rows):
            key = name, row["clip_id"]
            history = by_lab[name][row["clip_id"]]
            decides = (row["state"], row["reason"]) == (history.state, history.reason)
            if decides or key not in deciding:
                deciding[key] = row
    return {
        id_: tuple(
            Statement(name, histories[id_], deciding[name, id_])
            for name, histories in by_lab.items()
            if id_ in histories
        )
        for id_ in ids
    }


def _kinds(said: Sequence[Statement]) -> tuple[str, ...]:
    """What labs disagree in; those that left the clip unresolved say nothing of it."""
    verdicts = [s.history for s in said if s.history.state != State.UNRESOLVED]
    failed = [history for history in verdicts if history.state not in FETCHED]
    states = {State.OK if h.state in FETCHED else h.state for h in verdicts}
    if len(states) < 2 and len({bool(h.permanent) for h in failed}) < 2:
        return ()
    kinds = []
    if {State.OK, State.MISSING} <= states:
        kinds.append(MISSING)
    if State.GEO_BLOCKED in states and len(states) > 1:
        kinds.append(GEO_BLOCKED)
    if len({bool(history.permanent) for history in failed}) > 1:
        kinds.append(PERMANENCE)
    return tuple(kinds or [OTHER])


def _is_settled(said: Sequence[Statement]) -> bool:
    return len({statement.history.state == State.UNRESOLVED for statement in said}) == 2


def _weakened(row: Row, disputed: set[str], fetched: set[str]) -> Row:
    """A verdict on a clip that labs disagree on: not for good, and none where a lab fetched it."""
    if row["clip_id"] not in disputed or row["state"] in (*FETCHED, State.UNRESOLVED):
        return row
    weak = row | {"permanent": False}
    return weak | {"committed": False} if row["clip_id"] in fetched else weak
