"""Sessions: as whom YouTube is asked, how each fares, and when another takes its place.

YouTube keeps a visitor's cookies and may put that visitor under an experiment, or send it away,
while it serves all others. So a session is trusted only between two canaries of its own; if one
fails, a session without a past asks for the same, and only if that fails too is the run in trouble.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line
from audiophrase.youtube.asking import Outcome
from audiophrase.youtube.budget import HOUR_S, stops_at_once
from audiophrase.youtube.client import Client
from audiophrase.youtube.history import SPOILS
from audiophrase.youtube.verdict import concerns_run

N_FRESH = 2  # that are asked in turn where a canary fails
MAX_AN_HOUR = 12  # fresh sessions; more would be one visitor in many disguises
MAX_TOLD = 5  # of a kind, when a run has ended
MAX_MESSAGE = 200  # characters of YouTube's words there; the log has all


@dataclass(slots=True, eq=False)
class Session:
    """A visitor, and what it could not have since its last canary.

    Attributes:
        number: its name in the log: the run's first session is "1".
        max_streak: so many videos in a row that are unresolved call for a canary.
        max_pause_s: a longer Retry-After is a reason to doubt.
        outcomes: videos of which clips failed; they count when a canary plays.
    """

    number: str
    client: Client
    max_streak: int
    max_pause_s: float
    outcomes: list[Outcome] = field(default_factory=list)
    last_canary: int = 0  # when the session was witnessed last; a running number
    n_asked: int = 0  # videos, canaries among them
    failed_at_first: bool = False  # at the only video that it was asked for behind its first canary
    streak: int = 0
    retry_after_s: float = 0.0
    n_new: int = 0  # videos in a row, asked for the first time, that failed for the run's cause
    _n_doubts: int = 0  # answers that speak against the visitor
    _has_suspect: bool = False  # among the outcomes: it is asked about before anything else fails
    _patience: int = 1  # with so many of them

    def observe(self, outcome: Outcome) -> None:
        """Take note of what came of a video."""
        self.n_asked += 1
        self.failed_at_first = bool(outcome.failures) and self.n_asked <= 2
        if outcome.failures:
            self.outcomes.append(outcome)
            self._has_suspect |= outcome.job.is_suspect
        verdict, pause_s = outcome.verdict, outcome.retry_after_s or 0.0
        if verdict is None or verdict.state != State.UNRESOLVED:
            self.streak = self.n_new = 0  # it plays, or YouTube has said what is the matter
            return
        self.streak += 1
        self.retry_after_s = max(self.retry_after_s, pause_s)
        self._n_doubts += stops_at_once(verdict) or pause_s > self.max_pause_s
        if not concerns_run(verdict):
            self.n_new = 0
        elif not outcome.job.is_retry:
            self.n_new += 1

    def is_doubted(self) -> bool:
        """Whether a canary must tell the session's trouble from the videos' own.

        The first answer such as "not a bot" asks for one at once. If it plays, the next that do
        are `max_streak`, until as many videos as lie between two canaries went without any. So
        does a suspect that fails: whether it spoils sessions shows while nothing else failed.
        """
        is_patient = self._n_doubts < self._patience and self.streak < self.max_streak
        return self._has_suspect or not is_patient

    def pass_canary(self, order: int) -> list[Outcome]:
        """The trouble was the videos' own. Returns what now counts."""
        self._patience = self.max_streak if self._n_doubts else 1
        self._n_doubts = self.streak = 0
        self._has_suspect = self.failed_at_first = False
        self.retry_after_s, self.last_canary = 0.0, order
        outcomes, self.outcomes = self.outcomes, []
        return outcomes

    def told(self) -> str:
        """How it fares, in a few words."""
        return f"{self.number} ({self.streak} failed in a row)" if self.streak else self.number


class Sessions:
    """The sessions of a run, for the thread that decides; each serves one video at a time."""

    def __init__(
        self,
        make_client: Callable[[], Client],
        *,
        max_streak: int,
        max_pause_s: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make_client, self._clock = make_client, clock
        self._limits = {"max_streak": max_streak, "max_pause_s": max_pause_s}
        self._n_made = self._n_renewed = self._n_witnessed = 0
        self._renewed_s: deque[float] = deque(maxlen=MAX_AN_HOUR)
        self.live: list[Session] = []
        self._idle: deque[Session] = deque()

    def open(self) -> Session:
        """One more."""
        session = self._make()
        self.live.append(session)
        self._idle.append(session)
        return session

    def renewal_wait_s(self) -> float:
        """In how many s another visitor would be polite."""
        if len(self._renewed_s) < MAX_AN_HOUR:
            return 0.0
        return max(0.0, self._renewed_s[0] + HOUR_S - self._clock())

    def renew(self, worn: Session) -> Session:
        """A session without a past in place of an idle one."""
        self._renewed_s.append(self._clock())
        self._n_renewed += 1
        fresh = self._make()
        self.live[self.live.index(worn)] = fresh
        self._idle[self._idle.index(worn)] = fresh
        worn.client.close()
        return fresh

    def has_idle(self) -> bool:
        return bool(self._idle)

    def take(self, avoid: str | None = None) -> Session:
        """The one that was idle longest, if possible not that of a number."""
        session = next((s for s in self._idle if s.number != avoid), self._idle[0])
        self._idle.remove(session)
        return session

    def take_freshest(self) -> Session:
        """The one that was asked for least, so that little else can be to blame."""
        session = min(self._idle, key=lambda session: session.n_asked)
        self._idle.remove(session)
        return session

    def give_back(self, session: Session) -> None:
        self._idle.append(session)

    def pass_canary(self, session: Session) -> list[Outcome]:
        """A canary played in a session. Returns what now counts."""
        self._n_witnessed += 1
        return session.pass_canary(self._n_witnessed)

    def doubted(self) -> list[Session]:
        return [session for session in self.live if session.is_doubted()]

    def unwitnessed(self) -> list[Session]:
        """Those whose failures wait for a canary; if none has any, the one without one longest."""
        waiting = [session for session in self.live if session.outcomes]
        return waiting or [min(self.live, key=lambda session: session.last_canary)]

    def has_unwitnessed_failures(self) -> bool:
        return any(session.outcomes for session in self.live)

    def told(self) -> str:
        """How they fare, in a line."""
        line = "session" + "s" * (len(self.live) > 1)
        line += f" {', '.join(session.told() for session in self.live)}"
        if self._n_renewed:
            line += f"; {self._n_renewed} renewed"
        n_waiting = sum(len(o.failures) for session in self.live for o in session.outcomes)
        return line + (f"; {n_waiting} failed clips await a canary" if n_waiting else "")

    def close(self) -> None:
        """Let the connections go."""
        for session in self.live:
            session.client.close()

    def _make(self) -> Session:
        self._n_made += 1
        return Session(str(self._n_made), self._make_client(), **self._limits)


def told_of_sessions(
    renewals: Sequence[Mapping[str, Any]],
    put_last: Sequence[Mapping[str, Any]],
    attempts: Sequence[Mapping[str, Any]],
) -> list[str]:
    """Lines on what a run logged: which sessions were replaced, which videos put last or given up."""
    lines = [
        f"in the last run, session {note['session']} was replaced by {note['by']} at "
        f"{note['utc']}: {note['cause']}: {single_line(note['message'] or '')[:MAX_MESSAGE]}"
        for note in renewals[-MAX_TOLD:]
    ]
    causes = {note["youtube_id"]: note["cause"] for note in put_last}
    if causes:
        named = _first(f"{name} ({causes[name]})" for name in causes)
        lines.append(f"in the last run, put last although the canaries played: {named}")
    spoilers = [line["clip_id"] for line in attempts if line.get("reason") == SPOILS]
    if spoilers:
        lines.append(
            "in the last run, given up, as no session could have the canaries after it had asked "
            f"for them (--recheck asks again): {_first(spoilers)}"
        )
    return lines


def _first(names: Iterable[str]) -> str:
    names = list(names)
    return ", ".join(names[:MAX_TOLD]) + (", …" if len(names) > MAX_TOLD else "")
