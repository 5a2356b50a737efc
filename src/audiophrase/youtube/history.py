"""Histories: what the attempts at a clip say together.

An attempt that failed counts only if it was committed, that is, if videos known to be alive could
be had both before and after it in the same run; an attempt that fetched the clip needs no such
witness.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.order import YEARS
from audiophrase.youtube.rules import BARE, BARE_SENTENCE
from audiophrase.youtube.verdict import judge
from audiophrase.youtube.wording import normalise

BARE_INTERVAL = timedelta(days=1)  # between two answers "Video unavailable" that say nothing more
FETCHED = (State.OK, State.OK_SHORT, State.SILENT)
SPOILS = "spoils-session"  # the reason of a clip that was given up as no session outlived it
TO_THE_END = 100  # tries; as many as `retrieve.attempts` may be


@dataclass(frozen=True, slots=True)
class ClipHistory:
    """What is known of a clip.

    Attributes:
        n_attempts: of all that were made.
        n_failures: committed attempts that left the clip unresolved, since the last that did not.
        sha256: of the fetched section; null unless `state` is one of a fetched clip.
        bare_utc: when YouTube first said "Video unavailable" and no more, if it still does.
    """

    clip_id: str
    state: State = State.UNRESOLVED
    reason: str | None = None
    permanent: bool | None = None
    message: str | None = None
    source: str | None = None
    n_attempts: int = 0
    n_failures: int = 0
    first_tried_utc: datetime | None = None
    last_tried_utc: datetime | None = None
    sha256: str | None = None
    bare_utc: datetime | None = None


def fold(attempts: Iterable[Mapping[str, Any]]) -> dict[str, ClipHistory]:
    """The history of each clip, from rows of attempts.parquet in their order, by clip id.

    A later verdict replaces an earlier one, except that `unresolved` replaces none but that of a
    fetched clip (whose section was lost, else it had not been tried again). Two bare answers "Video
    unavailable" at least a day apart make a clip missing, not for good; a time by a clock that was
    never set makes no day. Either must be committed: a session that YouTube blocks says the like of
    every video. What spoils sessions was tried to the end, which says nothing of the clip.
    """
    histories: dict[str, ClipHistory] = {}
    for row in attempts:
        known = histories.get(row["clip_id"]) or ClipHistory(row["clip_id"])
        histories[row["clip_id"]] = append(known, row)
    return histories


def append(known: ClipHistory, row: Mapping[str, Any]) -> ClipHistory:
    """A clip's history after one more attempt."""
    tried = row.get("tried_utc")
    known = replace(
        known,
        source=row.get("source"),
        n_attempts=known.n_attempts + (row.get("reason") != SPOILS),  # that row asked nothing
        first_tried_utc=known.first_tried_utc or tried,
        last_tried_utc=tried or known.last_tried_utc,
    )
    state = State(row["state"])
    said = {"reason": row.get("reason"), "message": row.get("message")}
    if state in FETCHED:
        return replace(
            known,
            state=state,
            permanent=None,
            n_failures=0,
            sha256=row.get("sha256"),
            bare_utc=None,
            **said,
        )
    permanent = bool(row.get("permanent"))
    committed = row.get("committed")
    if committed is None:
        committed = tried is None  # no network was asked
    if not committed:
        if known.state == State.UNRESOLVED and known.reason is None:
            return replace(known, permanent=False, **said)
        return known
    if state != State.UNRESOLVED:
        return replace(
            known,
            state=state,
            permanent=permanent,
            n_failures=0,
            sha256=None,
            bare_utc=None,
            **said,
        )
    n_failures = TO_THE_END if row.get("reason") == SPOILS else 1
    known = replace(known, n_failures=known.n_failures + n_failures)
    is_bare, plays = _read(row, has_bare=known.bare_utc is not None)
    if plays:
        known = replace(known, bare_utc=None)
    elif tried is not None and is_bare:
        if known.bare_utc is None:
            known = replace(known, bare_utc=tried, n_failures=0)  # the day after, all tries again
        known = replace(known, bare_utc=_earlier(tried, known.bare_utc))
        if known.bare_utc.year in YEARS and tried - known.bare_utc >= BARE_INTERVAL:
            return replace(known, state=State.MISSING, permanent=False, sha256=None, **said)
    if known.state == State.UNRESOLVED or known.state in FETCHED:
        return replace(known, state=state, permanent=False, sha256=None, **said)
    return known


def _earlier(tried: datetime, known: datetime) -> datetime:
    """Since when a clip is known as bare: a clock may have been set back, or never have been set."""
    return min(tried, known, key=lambda time: (time.year not in YEARS, time))


def _read(row: Mapping[str, Any], *, has_bare: bool) -> tuple[bool, bool]:
    """Whether an unresolved attempt says "Video unavailable" alone, and whether some player plays.

    Evidence may be long, and there is much of it: no more is read than matters.

    Args:
        has_bare: whether an earlier attempt said so, which one that plays takes back.
    """
    if row.get("reason") != "unknown" and not has_bare:
        return False, False
    try:
        evidence = Evidence.from_json(row["evidence"])
    except (ValueError, TypeError, KeyError):  # none, or of a table from elsewhere
        return False, False
    plays = any(answer.status == "OK" for answer in evidence.answers)
    if plays or row.get("reason") != "unknown":
        return False, plays
    said = (". ".join(filter(None, (a.reason, a.subreason))) for a in evidence.answers)
    texts = filter(None, (*evidence.errors, *evidence.warnings, *said))
    return all(map(_may_be_bare, texts)) and judge(evidence).rule == BARE, False


@lru_cache(maxsize=1 << 14)
def _may_be_bare(text: str) -> bool:
    return BARE_SENTENCE.fullmatch(normalise(text)) is not None
