"""What a merge of several labs' tables shows: the counts of each, and where they disagree."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from audiophrase.clips.audit import told
from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line, spreadsheet_cell
from audiophrase.report.cells import Block
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


def merged_blocks(merged: Merged, *, max_listed: int | None = None) -> tuple[Block, ...]:
    """The clips of each table by state, then the disagreements of each kind."""
    blocks = [Block("Clips by table", pd.DataFrame(_count_lines(merged)))]
    for kind in KINDS:
        of_kind = [d for d in merged.disagreements if kind in d.kinds]
        if not of_kind:
            continue
        rest = len(of_kind) - len(of_kind[:max_listed])
        noun = "clip" if len(of_kind) == 1 else "clips"
        heading = f"{_HEADINGS[kind]}: {len(of_kind):,} {noun}"
        heading += f" (the first {len(of_kind[:max_listed]):,} of them)" if rest else ""
        lines = [line for d in of_kind[:max_listed] for line in _listed(d)]
        blocks.append(Block(heading, pd.DataFrame(lines)))
    return tuple(blocks)


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


def _count_lines(merged: Merged) -> list[dict[str, str]]:
    tables: Sequence[tuple[str, Mapping[str, ClipHistory]]]
    tables = [*merged.by_lab.items(), (TOGETHER, merged.together)]
    counts = [Counter(_state(history) for history in histories.values()) for _, histories in tables]
    states = [state for state in State if any(count[state] for count in counts)]
    return [
        {"table": name, "clips": f"{len(histories):,}"}
        | {"fetched" if s == State.OK else str(s): f"{count[s]:,}" for s in states}
        for (name, histories), count in zip(tables, counts, strict=True)
    ]


def _state(history: ClipHistory) -> State:
    return State.OK if history.state in FETCHED else history.state


def _listed(disagreement: Disagreement) -> list[dict[str, str]]:
    return [
        {
            "clip": "" if index else disagreement.clip_id,
            "table": said.lab,
            "said": "fetched"
            if said.history.state in FETCHED
            else told((said.history.state, said.history.reason or "")),
            "for good": {True: "yes", False: "no", None: ""}[said.history.permanent],
            "when (UTC)": f"{said.row['tried_utc']:%Y-%m-%d %H:%M}"
            if said.row["tried_utc"]
            else "",
            "from": _origin(said),
            "in its words": _shortened(single_line(said.row["message"]) or ""),
        }
        for index, said in enumerate(disagreement.statements)
    ]


def _origin(said: Statement) -> str:
    """As whom YouTube was asked, as far as a table tells: no lab's place stands in any."""
    asked = {True: "with cookies", False: "without cookies", None: ""}[said.row["cookies"]]
    session = single_line(said.row["session"])
    return ", ".join(filter(None, (asked, session and f"session {_shortened(session)}")))


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_MESSAGE else f"{text[:_MAX_MESSAGE]}…"
