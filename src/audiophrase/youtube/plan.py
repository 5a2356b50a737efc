"""The plan of a run: which videos to ask for, for which clips, and how long that takes."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.youtube.history import BARE_INTERVAL, FETCHED, ClipHistory

# FLAC at 48 kHz is some 65 kB a second; a shard holds it again, and so does DVC's cache.
BYTES_PER_S = 65_000
COPIES = 3


@dataclass(frozen=True, slots=True)
class Clip:
    """A section of a video; `n_tries` is how often it may yet be tried in this run."""

    clip_id: str
    youtube_id: str
    start_s: float
    end_s: float
    n_tries: int


@dataclass(frozen=True, slots=True)
class Job:
    """A video and the clips of it that are wanted: asked for once, for all of them.

    Attributes:
        is_suspect: a session that it failed in had no canary afterwards.
    """

    youtube_id: str
    clips: tuple[Clip, ...]
    is_retry: bool = False
    is_suspect: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run has to do, and how many clips it need not touch.

    Those are at hand, answered for otherwise (missing, restricted, …), tried to the end, or to be
    asked for a second time a day after the first.
    """

    jobs: tuple[Job, ...]
    n_clips: int
    n_at_hand: int
    n_answered: int
    n_exhausted: int
    n_waiting: int

    @property
    def n_wanted(self) -> int:
        return sum(len(job.clips) for job in self.jobs)

    @property
    def n_bytes(self) -> int:
        """What the wanted clips take on disk at most."""
        seconds = sum(clip.end_s - clip.start_s for job in self.jobs for clip in job.clips)
        return round(seconds * BYTES_PER_S * COPIES)

    def seconds(self, videos_per_hour: float) -> float:
        return 3600 * len(self.jobs) / videos_per_hour


def plan(
    clips: Iterable[Mapping[str, Any]],
    histories: Mapping[str, ClipHistory],
    at_hand: AbstractSet[str],
    *,
    n_attempts: int,
    recheck: bool,
    now: datetime,
) -> Plan:
    """Group what is not at hand by video, in the order of the table of clips.

    Args:
        clips: rows of clips.parquet.
        at_hand: ids of the clips whose audio is here.
        n_attempts: how often a clip is tried before it counts as tried to the end.
        recheck: whether clips that were answered for, or tried to the end, are asked for again.
    """
    videos: dict[str, list[Clip]] = {}
    n_clips = n_at_hand = n_answered = n_exhausted = n_waiting = 0
    for row in clips:
        clip_id = row["clip_id"]
        n_clips += 1
        if clip_id in at_hand:
            n_at_hand += 1
            continue
        history = histories.get(clip_id) or ClipHistory(clip_id)
        n_tries = n_attempts if recheck else _n_tries(history, n_attempts, now)
        if n_tries:
            clip = Clip(clip_id, row["youtube_id"], row["start_s"], row["end_s"], n_tries)
            videos.setdefault(clip.youtube_id, []).append(clip)
        elif history.state == State.UNRESOLVED and _is_waiting(history, now):
            n_waiting += 1
        elif history.state == State.UNRESOLVED:
            n_exhausted += 1
        else:
            n_answered += 1
    jobs = tuple(Job(youtube_id, tuple(wanted)) for youtube_id, wanted in videos.items())
    return Plan(jobs, n_clips, n_at_hand, n_answered, n_exhausted, n_waiting)


def _n_tries(history: ClipHistory, n_attempts: int, now: datetime) -> int:
    if history.state in FETCHED:
        return n_attempts  # it was fetched, but is not here
    if history.state != State.UNRESOLVED:
        return 0
    if _is_waiting(history, now):
        return 0
    return max(0, n_attempts - history.n_failures)


def _is_waiting(history: ClipHistory, now: datetime) -> bool:
    """Whether a bare "unavailable" was said less than a day ago: the second time is yet to come."""
    bare_utc = history.bare_utc
    return bare_utc is not None and bare_utc <= now < bare_utc + BARE_INTERVAL
