"""Tables of several labs merged: one history of attempts, and where the labs say different things.

What was answered is judged again by the rules of today. Nothing is for good that labs disagree on,
also when their tables are merged once more; and where one of them could fetch a clip, no other's
verdict on it counts.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.history import FETCHED, ClipHistory, append, fold
from audiophrase.youtube.lab_tables import Lab
from audiophrase.youtube.rules import VIDEO_RULES
from audiophrase.youtube.union import in_table_order, united
from audiophrase.youtube.verdict import judge

Row = dict[str, Any]

MISSING = "missing for one, fetched by another"
GEO_BLOCKED = "geo-blocked for one"
PERMANENCE = "for good by one, not by another"
OTHER = "another state"
EARLIER = "not for good since an earlier merge"
KINDS = (MISSING, GEO_BLOCKED, PERMANENCE, OTHER, EARLIER)
_FOR_GOOD = {(rule.state, rule.reason) for rule in VIDEO_RULES if rule.permanent}


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
        rows: of attempts.parquet, in order of time but where that is not the order of a table.
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
    judged = {name: in_table_order(rows, name) for name, rows in judged.items()}
    by_lab = {name: fold(rows) for name, rows in judged.items()}
    ids = dict.fromkeys(row["clip_id"] for lab in labs for row in lab.rows)
    statements = _statements(judged, by_lab, ids)
    had = {(name, id_) for name in judged for id_ in _had(judged[name], by_lab[name])}
    weak = {row["clip_id"] for lab in labs for row in lab.rows if _is_weak(row)}
    disagreements = [
        Disagreement(id_, kinds, said)
        for id_, said in statements.items()
        if (kinds := _kinds(said, had) or ((EARLIER,) if id_ in weak else ()))
    ]
    union = united(list(judged.values()))
    rows = _weakened(union, {disagreement.clip_id for disagreement in disagreements})
    rows = _fetched(rows, {id_ for _, id_ in had})
    return Merged(
        rows=tuple(rows),
        n_repeated=sum(map(len, judged.values())) - len(union),
        n_judged_otherwise=n_changed,
        n_settled=sum(_is_settled(said) for said in statements.values()),
        by_lab=by_lab,
        together=fold(rows),
        disagreements=tuple(disagreements),
    )


def judge_again(row: Row) -> Row:
    """An attempt with the verdict that today's rules read from its evidence, where it has any.

    What the audio told stays as it is, and what labs disagreed on is not for good again.
    """
    if row["state"] in (*FETCHED, State.CORRUPT) or row["evidence"] is None:
        return row
    try:
        verdict = judge(Evidence.from_json(row["evidence"]))
    except ValueError:  # nobody here wrote it
        return row
    permanent = verdict.permanent and not _is_weak(row)
    judged = {"state": str(verdict.state), "reason": verdict.reason, "permanent": permanent}
    if (judged["state"], judged["reason"]) != (row["state"], row["reason"]):
        judged["message"] = verdict.message
    return row | judged


def _is_weak(row: Row) -> bool:
    """Whether a merge found that labs disagree: no rule calls such a verdict not for good."""
    return row["permanent"] is False and (row["state"], row["reason"]) in _FOR_GOOD


def _statements(
    judged: Mapping[str, Sequence[Row]],
    by_lab: Mapping[str, Mapping[str, ClipHistory]],
    ids: Iterable[str],
) -> dict[str, tuple[Statement, ...]]:
    """By clip, what each lab that tried it says."""
    deciding = {name: _deciding(rows) for name, rows in judged.items()}
    return {
        id_: tuple(
            Statement(name, histories[id_], deciding[name][id_])
            for name, histories in by_lab.items()
            if id_ in histories
        )
        for id_ in ids
    }


def _deciding(rows: Iterable[Row]) -> dict[str, Row]:
    """By clip, the attempt by which its history came to say what it does, or the last to confirm it."""
    histories: dict[str, ClipHistory] = {}
    deciding: dict[str, Row] = {}
    for row in rows:
        id_ = row["clip_id"]
        known = histories.get(id_) or ClipHistory(id_)
        histories[id_] = history = append(known, row)
        says = history.state, history.reason
        counts = row["committed"] or row["state"] in FETCHED
        confirms = counts and says == (row["state"], row["reason"])
        if id_ not in deciding or confirms or says != (known.state, known.reason):
            deciding[id_] = row
    return deciding


def _had(rows: Iterable[Row], histories: Mapping[str, ClipHistory]) -> set[str]:
    """The clips that a lab fetched, and of which nothing but failures of a run came after."""
    fetched = {row["clip_id"] for row in rows if row["state"] in FETCHED}
    return {id_ for id_ in fetched if histories[id_].state in (*FETCHED, State.UNRESOLVED)}


def _kinds(said: Sequence[Statement], had: AbstractSet[tuple[str, str]]) -> tuple[str, ...]:
    """What labs disagree in; those that left a clip unresolved which they never had say nothing."""
    others = [s.history for s in said if (s.lab, s.history.clip_id) not in had]
    failed = [history for history in others if history.state != State.UNRESOLVED]
    states = {history.state for history in failed}
    if len(others) < len(said):
        states.add(State.OK)
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


def _weakened(rows: Iterable[Row], disputed: AbstractSet[str]) -> list[Row]:
    """The same, nothing being for good that labs disagree on."""
    return [
        row | {"permanent": False}
        if row["clip_id"] in disputed and row["state"] not in (*FETCHED, State.UNRESOLVED)
        else row
        for row in rows
    ]


def _fetched(rows: Iterable[Row], had: AbstractSet[str]) -> list[Row]:
    """The same, no failure counting that comes after a fetch and might hide that a lab had the clip."""
    fetched: set[str] = set()
    counting = []
    for row in rows:
        if row["state"] in FETCHED:
            fetched.add(row["clip_id"])
        elif row["clip_id"] in had and row["clip_id"] in fetched:
            row = row | {"committed": False}
        counting.append(row)
    return counting
