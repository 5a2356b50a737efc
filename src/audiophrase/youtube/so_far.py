"""What the log of attempts says of a data set's clips, while they are fetched and after that.

Nothing is packed for it, written or asked of YouTube.
"""

import fcntl
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from audiophrase.clips.availability import USABLE, YOUTUBE
from audiophrase.youtube.history import FETCHED, ClipHistory
from audiophrase.youtube.plan import plan

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SoFar:
    """How far the fetching of a data set has come.

    Attributes:
        rows: of the clips that were tried, as availability.parquet would have them but for what
            only the audio tells: silence, damage, a shorter length.
        n_clips: that YouTube is to be asked for, by split.
        n_left: of them, those that a run would yet try, by split: for the first time or again.
        n_elsewhere: clips that YouTube is not asked for.
    """

    rows: tuple[Row, ...]
    n_clips: Counter[str]
    n_left: Counter[str]
    n_elsewhere: int
    last_tried_utc: datetime | None


def so_far(
    clips: Sequence[Mapping[str, Any]],
    asked_for: Sequence[Mapping[str, Any]],
    histories: Mapping[str, ClipHistory],
    *,
    n_attempts: int,
    now: datetime,
) -> SoFar:
    """Where fetching stands.

    Args:
        clips: rows of clips.parquet.
        asked_for: those of them that YouTube is to be asked for.
        n_attempts: how often a clip is tried before it counts as tried to the end.
    """
    tried = [histories[clip["clip_id"]] for clip in asked_for if clip["clip_id"] in histories]
    fetched = {history.clip_id for history in tried if history.state in FETCHED}
    todo = plan(asked_for, histories, fetched, n_attempts=n_attempts, recheck=False, now=now)
    split_of = {clip["clip_id"]: clip["split"] for clip in asked_for}
    return SoFar(
        rows=tuple(_row(history, split_of[history.clip_id]) for history in tried),
        n_clips=Counter(split_of.values()),
        n_left=Counter(split_of[clip.clip_id] for job in todo.jobs for clip in job.clips),
        n_elsewhere=len(clips) - len(asked_for),
        last_tried_utc=max(filter(None, (h.last_tried_utc for h in tried)), default=None),
    )


def _row(history: ClipHistory, split: str) -> Row:
    usable = history.state in USABLE
    return {
        "clip_id": history.clip_id,
        "split": split,
        "state": str(history.state),
        "reason": history.reason,
        "permanent": None if usable else bool(history.permanent),
        "message": history.message,
        "source": YOUTUBE,
        "attempts": history.n_attempts,
        "first_tried_utc": history.first_tried_utc,
        "last_tried_utc": history.last_tried_utc,
    }


def goes_beyond(histories: Mapping[str, ClipHistory], availability: Iterable[Row]) -> bool:
    """Whether there are attempts that a table of availability does not know."""
    known = {row["clip_id"]: row for row in availability}
    return any(
        row is None or (row["source"] == YOUTUBE and history.n_attempts > (row["attempts"] or 0))
        for row, history in ((known.get(id_), history) for id_, history in histories.items())
    )


def is_running(folder: Path) -> bool | None:
    """Whether a run that fetches writes into the folder of a log now; None where that cannot be told.

    Asks for the lock as a reader and lets go of it at once: nobody is kept waiting.
    """
    try:
        with (Path(folder) / "lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        return False
    except OSError:
        return None
    return False
