"""The budget: how fast YouTube is asked, and when to stop asking.

A guest may look up some 300 videos an hour; politeness, not speed, is the limit.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from audiophrase.youtube.pace import Pace
from audiophrase.youtube.verdict import Verdict, concerns_run

HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
AGAIN = "then run the same command again: what was fetched stays"


class Exit(IntEnum):
    """Exit codes of `audiophrase fetch`."""

    DONE = 0  # every clip was tried
    INCOMPLETE = 3  # worth running again
    BLOCKED = 4  # come back later
    SETUP = 5  # something here must be put right first
    INTERRUPTED = 130  # by the user


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a run ends before its clips do, and when it is worth going on."""

    cause: str
    message: str
    remedy: str
    exit_code: Exit
    wait_s: float | None = None


class TokenBucket:
    """One token a video for all threads together: even spacing with jitter, and pauses on demand.

    The bucket holds one token, so that a pause is not followed by a burst.
    """

    def __init__(
        self,
        videos_per_hour: float,
        jitter: float,
        rng: random.Random,
        *,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = time.sleep,
    ) -> None:
        """`jitter` is the largest deviation of an interval, as a part of it.

        With a `pace` the first video waits for an interval since the last of an earlier process.
        """
        self._interval_s, self._jitter, self._rng = HOUR_S / videos_per_hour, jitter, rng
        self._clock, self._sleep = clock, sleep
        self._pace = pace
        self._next_s = clock() + (pace.rest_s(self._interval_s) if pace is not None else 0.0)
        self._mutex = threading.Lock()

    def wait(self) -> None:
        """Sleep until the next video may be asked for."""
        with self._mutex:
            due_s = max(self._next_s, self._clock())
            factor = 1 + self._jitter * (2 * self._rng.random() - 1)
            self._next_s = due_s + self._interval_s * factor
        if (delay_s := due_s - self._clock()) > 0:
            self._sleep(delay_s)
        if self._pace is not None:
            self._pace.asked()

    def pause(self, seconds: float) -> None:
        """Let nobody through for so long: a Retry-After."""
        with self._mutex:
            self._next_s = max(self._next_s, self._clock() + seconds)


def stops_at_once(verdict: Verdict) -> bool:
    """Whether to go on would make things worse."""
    return verdict.rule == "disk" or verdict.reason in ("bot-check", "rate-limited")


def stop_for(verdict: Verdict, retry_after_s: float | None = None) -> Stop:
    """What to tell the user when a run stops for a verdict's cause."""
    said = verdict.message
    if verdict.rule.startswith("HTTP") and verdict.rule not in said:
        said = f"{said} ({verdict.rule})"
    if verdict.rule == "disk":
        remedy = f"free some space; {AGAIN}"
        return Stop("disk", f"the disk cannot take more: {said}", remedy, Exit.INCOMPLETE)
    message, remedy, code, wait_s = {
        "bot-check": (
            "YouTube asks whether this is a bot",
            "wait a day, or set AUDIOPHRASE_COOKIES; lower retrieve.videos_per_hour",
            Exit.BLOCKED,
            DAY_S,
        ),
        "rate-limited": (
            "YouTube says that it was asked too often",
            "lower retrieve.videos_per_hour if this happens again",
            Exit.BLOCKED,
            HOUR_S,
        ),
        "network-restricted": (
            "the network that this machine is in, or its VPN or proxy, keeps YouTube's videos back",
            "use another network, ask its administrator, or name another proxy in HTTPS_PROXY",
            Exit.BLOCKED,
            None,
        ),
        "network-transient": (
            "the network or YouTube's servers do not answer",
            "look to the connection (and HTTPS_PROXY, if set)",
            Exit.INCOMPLETE,
            None,
        ),
        "cookies": (
            "YouTube does not accept the cookies",
            "export them again into the file named in AUDIOPHRASE_COOKIES, or unset it",
            Exit.BLOCKED,
            None,
        ),
        "po-token/SABR": (
            "YouTube refuses the audio (403) of one video after the other",
            "`make upgrade-ytdlp`, wait some hours",
            Exit.BLOCKED,
            6 * HOUR_S,
        ),
        "extractor-broken/outdated": (
            "yt-dlp cannot read YouTube's answers, or finds no JavaScript runtime",
            "`make upgrade-ytdlp`",
            Exit.BLOCKED,
            None,
        ),
    }.get(
        verdict.reason,
        ("a video cannot be had", "see what it says", Exit.BLOCKED, None),
    )
    wait_s = max(wait_s or 0, retry_after_s or 0) if retry_after_s else wait_s
    return Stop(verdict.reason, f"{message}: {said}", f"{remedy}; {AGAIN}", code, wait_s)


def stop_for_canary(
    youtube_ids: Sequence[str], verdict: Verdict, retry_after_s: float = 0.0
) -> Stop:
    """What to tell the user when no video known to be alive can be had, as whomever one asks.

    A cause of the run may be one of the only canary, too: some videos get nothing but a bot check.
    `retry_after_s` is the longest Retry-After before that.
    """
    names, is_one = ", ".join(youtube_ids), len(youtube_ids) == 1
    known = "a video known to be alive" if is_one else "videos known to be alive"
    problem = f"{names}, {known}, cannot be had, in a new session neither"
    if concerns_run(verdict):
        stop = _stop_of_run(problem, verdict, retry_after_s)
        if verdict.rule == "disk":
            return stop
        whose = f"that of {names} alone" if is_one else "the canaries' own"
        advice = f"the trouble may be {whose}: if it stays, name "
        advice += (
            "another, or better two, in retrieve.canaries"
            if is_one
            else "others in retrieve.canaries"
        )
        return replace(stop, remedy=f"{stop.remedy}. Or {advice}")
    said = verdict.message or verdict.reason
    return Stop(
        "canary",
        f"{problem}: {said}",
        f"open https://www.youtube.com/watch?v={youtube_ids[0]} in a browser: if it plays, "
        "`make upgrade-ytdlp` or wait some hours; if it has gone, name another in "
        f"retrieve.canaries; {AGAIN}",
        Exit.BLOCKED,
        HOUR_S,
    )


def stop_for_fetched(
    youtube_ids: Sequence[str], verdict: Verdict, retry_after_s: float = 0.0
) -> Stop:
    """What to tell the user when the canaries are all that plays: no video fetched before does."""
    problem = (
        f"the canaries play, but what was fetched before ({', '.join(youtube_ids)}) cannot be had "
        "now, in a new session neither"
    )
    if concerns_run(verdict):
        return _stop_of_run(problem, verdict, retry_after_s)
    return Stop(
        "fetched-before",
        f"{problem}: {verdict.message or verdict.reason}",
        f"open https://www.youtube.com/watch?v={youtube_ids[0]} in a browser: if it plays, "
        f"`make upgrade-ytdlp` or wait some hours; {AGAIN}",
        Exit.BLOCKED,
        HOUR_S,
    )


def stop_for_renewals(youtube_id: str, verdict: Verdict, n_renewals: int, wait_s: float) -> Stop:
    """What to tell the user when session after session is worn out, and none brings anything."""
    return Stop(
        verdict.reason,
        f"{youtube_id}, a video known to be alive, cannot be had in a session any more, and "
        f"{n_renewals} sessions were replaced within the hour and brought no clip; no other was "
        f"tried: {verdict.message or verdict.reason}",
        f"lower retrieve.videos_per_hour if this happens again; {AGAIN}",
        Exit.BLOCKED,
        wait_s,
    )


def _stop_of_run(problem: str, verdict: Verdict, retry_after_s: float) -> Stop:
    stop = stop_for(verdict, retry_after_s)
    return Stop(stop.cause, f"{problem}; {stop.message}", stop.remedy, stop.exit_code, stop.wait_s)
