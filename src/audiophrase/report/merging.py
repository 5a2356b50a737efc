"""What a merge of several labs' tables shows: the counts of each, and where they disagree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from string import ascii_uppercase
from typing import Any

import pandas as pd

from audiophrase.amounts import counted
from audiophrase.clips.audit import in_words
from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line, spreadsheet_cell
from audiophrase.report.cells import Block
from audiophrase.youtube.advice import for_screen
from audiophrase.youtube.history import FETCHED, ClipHistory
from audiophrase.youtube.merge import KINDS, Disagreement, Merged, Statement

TOGETHER = "together"
DISAGREEMENT_COLUMNS = (
    "clip_id",
    "disagreement",
    "table",
    "state",
    "reason",
    "permanent",
    "tried_utc",
    "attempts",
    "message",
    "http_status",
    "cookies",
    "session",
    "versions",
)
_MAX_MESSAGE = 60
_HEADINGS = {
    kind: f"{kind[0].upper()}{kind[1:]}" for kind in KINDS
}  # `capitalize` would lower the rest


def labels(names: Sequence[str]) -> dict[str, str]:
    """A short label for each table, by its name: A, B, …, then A2, B2, …"""
    rounds = (str(number) if number > 1 else "" for number in count(1))
    short = (letter + suffix for suffix in rounds for letter in ascii_uppercase)
    return dict(zip(names, short, strict=False))


def counts_block(merged: Merged) -> Block:
    """The clips of each table by state, a column for each table."""
    short = labels(list(merged.by_lab))
    tables: Sequence[tuple[str, Mapping[str, ClipHistory]]]
    tables = [*((short[name], of_lab) for name, of_lab in merged.by_lab.items())]
    tables.append((TOGETHER, merged.together))
    counts = {
        name: Counter(_state(history) for history in histories.values())
        for name, histories in tables
    }
    states = [state for state in State if any(by_state[state] for by_state in counts.values())]
    lines = [{"state": "clips"} | {name: f"{len(histories):,}" for name, histories in tables}]
    for state in states:
        word = "fetched" if state == State.OK else str(state)
        lines.append(
            {"state": word} | {name: f"{by_state[state]:,}" for name, by_state in counts.items()}
        )
    return Block("Clips by table", pd.DataFrame(lines))


def disagreement_texts(merged: Merged, *, max_listed: int | None = None) -> Iterator[str]:
    """The disagreements of each kind as lines of text: a clip, and below what each table says."""
    short = labels(list(merged.by_lab))
    for kind in KINDS:
        of_kind = [d for d in merged.disagreements if kind in d.kinds]
        if not of_kind:
            continue
        listed = of_kind[:max_listed]
        heading = f"{_HEADINGS[kind]}: {counted(len(of_kind), 'clip')}"
        if len(listed) < len(of_kind):
            heading += f" (the first {len(listed):,} of them)"
        yield "\n".join([f"\n{heading}", *(line for d in listed for line in _listed(d, short))])


def disagreement_rows(disagreements: Iterable[Disagreement]) -> list[dict[str, Any]]:
    """A row of `DISAGREEMENT_COLUMNS` for each clip and table, safe in a spreadsheet."""
    return [
        {
            "clip_id": disagreement.clip_id,
            "disagreement": "; ".join(disagreement.kinds),
            "table": spreadsheet_cell(said.lab),
            "state": said.history.state,
            "reason": spreadsheet_cell(said.history.reason),
            "permanent": said.history.permanent,
            "tried_utc": said.row["tried_utc"],
            "attempts": said.history.n_attempts,
            "message": spreadsheet_cell(said.row["message"]),
            "http_status": said.row["http_status"],
            "cookies": said.row["cookies"],
            "session": spreadsheet_cell(said.row["session"]),
            "versions": spreadsheet_cell(said.row["versions"]),
        }
        for disagreement in disagreements
        for said in disagreement.statements
    ]


def _state(history: ClipHistory) -> State:
    return State.OK if history.state in FETCHED else history.state


def _listed(disagreement: Disagreement, short: Mapping[str, str]) -> Iterator[str]:
    yield disagreement.clip_id
    for said in disagreement.statements:
        state, reason = said.history.state, said.history.reason or ""
        verdict = "fetched" if state in FETCHED else in_words((state, reason))
        lasting = {True: "for good", False: "not for good", None: ""}[said.history.permanent]
        tried_utc = said.row["tried_utc"]
        when = f"{tried_utc:%Y-%m-%d %H:%M} UTC" if tried_utc else ""
        parts = ", ".join(filter(None, (verdict, lasting, when, _origin(said))))
        message = _shortened(for_screen(single_line(said.row["message"]) or ""))
        yield f"  {short[said.lab]}: {parts}" + (f": {message}" if message else "")


def _origin(said: Statement) -> str:
    """As whom YouTube was asked, as far as a table tells: no lab's place stands in any."""
    asked = {True: "with cookies", False: "without cookies", None: ""}[said.row["cookies"]]
    session = single_line(said.row["session"])
    return ", ".join(filter(None, (asked, session and f"session {_shortened(session)}")))


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}…"
