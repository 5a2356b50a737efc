"""Reading a table of availability that may come from another lab, as Parquet or as CSV."""

from pathlib import Path
from typing import Any

from audiophrase.clip_ids import is_clip_id
from audiophrase.clips.availability import State
from audiophrase.clips.foreign_table import read_rows
from audiophrase.clips.messages import single_line
from audiophrase.errors import AudiophraseError
from audiophrase.splits import SPLITS

MAX_CHARACTERS = 100  # of a reason
NOUN = "table of availability"
_NEEDED = ("clip_id", "state")
_COLUMNS = (*_NEEDED, "split", "reason")


def read(path: Path, *, remedy: str) -> list[dict[str, Any]]:
    """Rows of clip_id, state, split and reason; what a file does not tell is None.

    A Parquet file that carries the digest of ours is checked against it.

    Args:
        remedy: what to do where the file cannot be used, such as which key names it.

    Raises:
        AudiophraseError: there is no such file, it is no such table, or it contradicts itself.
    """
    rows = read_rows(
        path, _COLUMNS, needed=_NEEDED, stages=("availability",), noun=NOUN, remedy=remedy
    )
    seen: set[str] = set()
    checked = []
    for row in rows:
        problem = problem_of(row)
        if problem is None and row["clip_id"] in seen:
            problem = f"clip {row['clip_id']} stands in it twice"
        if problem:
            raise AudiophraseError(f"{path} is no {NOUN}: {problem}", remedy)
        seen.add(row["clip_id"])
        split, reason = row.get("split"), row.get("reason")
        checked.append(
            {
                "clip_id": row["clip_id"],
                "state": row["state"],
                "split": split if split in SPLITS else None,
                "reason": single_line(str(reason))[:MAX_CHARACTERS] if reason else None,
            }
        )
    return checked


def problem_of(row: dict[str, Any]) -> str | None:
    """Why a row speaks of no clip or of no state, if so."""
    clip_id, state = row["clip_id"], row["state"]
    if not isinstance(clip_id, str) or not is_clip_id(clip_id):
        return f"{clip_id!r:.100} is no clip id"
    if not isinstance(state, str) or state not in set(State):
        return f"clip {clip_id} has the state {state!r:.100}; known: {', '.join(State)}"
    return None
