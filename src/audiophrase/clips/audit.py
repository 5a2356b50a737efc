"""The availability audit: counts by split, state and reason, differences, and what is missing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audiophrase.clips.availability import USABLE, State
from audiophrase.clips.messages import single_line, spreadsheet_cell
from audiophrase.splits import SPLITS

Row = Mapping[str, Any]
Kind = tuple[str, str]
"""State and reason; the reason is empty where there is none."""

MISSING_COLUMNS = (
    "clip_id",
    "youtube_id",
    "start_s",
    "end_s",
    "split",
    "state",
    "reason",
    "permanent",
    "message",
    "source",
    "attempts",
    "first_tried_utc",
    "last_tried_utc",
)


CHANGE_COLUMNS = (
    "clip_id",
    "split",
    "change",
    "old_state",
    "old_reason",
    "new_state",
    "new_reason",
)

# What a table says otherwise than an older one: the fields of `Difference` in words.
CHANGES = {
    "gained": "became available",
    "lost": "lost",
    "changed": "another state or reason",
    "only_new": "only in the new table",
    "only_old": "only in the old table",
}


@dataclass(frozen=True, slots=True)
class SplitCounts:
    """Clips of one split; `n_unresolved` are among the unusable, and say nothing of YouTube."""

    n_annotated: int
    n_usable: int
    n_short: int
    n_unresolved: int


@dataclass(frozen=True, slots=True)
class Change:
    """A clip that two tables say different things of; None where a table lacks it."""

    clip_id: str
    split: str | None
    old: Kind | None
    new: Kind | None


@dataclass(frozen=True, slots=True)
class Difference:
    """How one table of availability differs from an older one, clips in the order of the new."""

    gained: tuple[Change, ...]  # can be used now
    lost: tuple[Change, ...]  # could be used, and cannot any more
    changed: tuple[Change, ...]  # another state or reason, as usable as before
    only_old: tuple[Change, ...]
    only_new: tuple[Change, ...]
    n_unchanged: int

    def groups(self) -> dict[str, tuple[Change, ...]]:
        """The changes of each kind, by its words in `CHANGES`."""
        return {words: getattr(self, name) for name, words in CHANGES.items()}


def counts_by_split(rows: Iterable[Row]) -> dict[str, SplitCounts]:
    """The counts of each split, empty ones too."""
    states = Counter((row["split"], row["state"]) for row in rows)
    return {
        split: SplitCounts(
            n_annotated=sum(n for (of_split, _), n in states.items() if of_split == split),
            n_usable=sum(states[split, state] for state in USABLE),
            n_short=states[split, State.OK_SHORT],
            n_unresolved=states[split, State.UNRESOLVED],
        )
        for split in SPLITS
    }


def counts_by_kind(rows: Iterable[Row]) -> dict[Kind, dict[str, int]]:
    """Clips by state and reason, then by split: in the order of the states, frequent ones first."""
    counts: dict[Kind, Counter[str]] = {}
    for row in rows:
        counts.setdefault(kind_of(row), Counter())[row["split"]] += 1
    states = list(State)
    ordered = sorted(
        counts, key=lambda kind: (states.index(State(kind[0])), -counts[kind].total(), kind)
    )
    return {kind: {split: counts[kind][split] for split in SPLITS} for kind in ordered}


def kind_of(row: Row) -> Kind:
    """State and reason of a row."""
    return row["state"], row["reason"] or ""


def difference(old: Sequence[Row], new: Sequence[Row]) -> Difference:
    """What became available, what was lost, and what else changed, from one table to another."""
    before = {row["clip_id"]: row for row in old}
    after = {row["clip_id"]: row for row in new}
    in_both: dict[str, list[Change]] = {"gained": [], "lost": [], "changed": []}
    n_unchanged = 0
    for clip_id in (clip_id for clip_id in after if clip_id in before):
        was, now = before[clip_id], after[clip_id]
        if kind_of(was) == kind_of(now):
            n_unchanged += 1
            continue
        usable = was["state"] in USABLE, now["state"] in USABLE
        group = {(False, True): "gained", (True, False): "lost"}.get(usable, "changed")
        in_both[group].append(Change(clip_id, now.get("split"), kind_of(was), kind_of(now)))
    return Difference(
        **{name: tuple(changes) for name, changes in in_both.items()},
        only_old=tuple(
            Change(row["clip_id"], row.get("split"), kind_of(row), None)
            for row in old
            if row["clip_id"] not in after
        ),
        only_new=tuple(
            Change(row["clip_id"], row.get("split"), None, kind_of(row))
            for row in new
            if row["clip_id"] not in before
        ),
        n_unchanged=n_unchanged,
    )


def missing_rows(clips: Iterable[Row], availability: Iterable[Row]) -> list[dict[str, Any]]:
    """A row of `MISSING_COLUMNS` for each clip that cannot be used, safe in a spreadsheet.

    Args:
        clips: rows of clips.parquet.
    """
    annotated = {clip["clip_id"]: clip for clip in clips}
    lines = []
    for row in availability:
        if row["state"] not in USABLE:
            line = {**annotated.get(row["clip_id"], {}), **row}
            line["message"] = spreadsheet_cell(row["message"])
            lines.append({name: line.get(name) for name in MISSING_COLUMNS})
    return lines


def change_rows(compared: Difference) -> list[dict[str, Any]]:
    """A row of `CHANGE_COLUMNS` for each clip that two tables say different things of."""
    return [
        {
            "clip_id": change.clip_id,
            "split": change.split,
            "change": name,
            **_columns("old", change.old),
            **_columns("new", change.new),
        }
        for name, changes in compared.groups().items()
        for change in changes
    ]


def _columns(prefix: str, kind: Kind | None) -> dict[str, str | None]:
    state, reason = kind or (None, None)
    return {f"{prefix}_state": state, f"{prefix}_reason": spreadsheet_cell(reason)}


def in_words(kind: Kind | None) -> str:
    """`missing (private)`, or the state alone where nothing adds to it."""
    if kind is None:
        return "not in it"
    state, reason = (single_line(part) for part in kind)
    return f"{state} ({reason})" if reason and reason != state else state
