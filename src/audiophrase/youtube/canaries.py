"""Canaries, videos known to be alive: what fails while they play is the videos' own.

They are asked for in the session whose failures shall count. Where one fails, others are asked for
in the same session: if one plays, the trouble is that canary's own, and the run goes on without it.
If none does, a session without a past asks for the same, and only what that cannot have either stops
a run. What then becomes of the failures is told by `consequences`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line
from audiophrase.clips.parameters import RunParams
from audiophrase.youtube.agenda import Agenda
from audiophrase.youtube.asking import ask_canary
from audiophrase.youtube.budget import (
    Stop,
    TokenBucket,
    stop_for,
    stop_for_canary,
    stop_for_fetched,
    stop_for_renewals,
    stops_at_once,
)
from audiophrase.youtube.canary_list import MAX_ASKED, CanaryList
from audiophrase.youtube.consequences import Consequences, is_tried_again
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.sessions import MAX_AN_HOUR, N_FRESH, Session, Sessions
from audiophrase.youtube.verdict import Verdict, concerns_run

STREAKS = 4  # of them, or so many renewals: a video that was fetched before must play as well
N_FETCHED = 3  # of which one must play: any may have gone since


@dataclass(frozen=True, slots=True)
class _Dead:
    """What a session cannot have: canaries, or any of several videos fetched before; and why."""

    youtube_ids: tuple[str, ...]
    verdict: Verdict
    is_canary: bool

    @property
    def said(self) -> str:
        return self.verdict.message or self.verdict.reason


class Canaries:
    """Asks for them, while nothing else is in flight, and acts upon what comes."""

    def __init__(
        self,
        params: RunParams,
        *,
        ledger: Ledger,
        sessions: Sessions,
        agenda: Agenda,
        bucket: TokenBucket,
        pool: Executor,
        progress: Progress,
        sleep: Callable[[float], Any],
    ) -> None:
        self._params, self._ledger, self._sessions = params, ledger, sessions
        self._agenda, self._bucket, self._pool = agenda, bucket, pool
        self._progress, self._sleep = progress, sleep
        self._consequences = Consequences(ledger, agenda, progress)
        self._list = CanaryList(params.canaries)
        self._told_of: set[str] = set()
        self._fetched = deque(ledger.fetched_here(N_FETCHED), maxlen=N_FETCHED)
        self._n_fruitless = 0  # renewals since a video played

    def remember(self, youtube_id: str) -> None:
        """A video played, and should again."""
        self._n_fruitless = 0
        self._forget([youtube_id])
        self._fetched.append(youtube_id)

    def _forget(self, youtube_ids: Iterable[str]) -> None:
        """Ask for none of these videos as one that was fetched before."""
        for youtube_id in youtube_ids:
            if youtube_id in self._fetched:
                self._fetched.remove(youtube_id)

    def open_session(self) -> Stop | None:
        """One more session, if it can have what it should. Returns why it cannot."""
        is_first = not self._sessions.live
        return self._check(
            self._sessions.open(), self._list.all() if is_first else self._list.next()
        )

    def ask_doubted(self) -> Stop | None:
        """In the sessions that are in doubt. Returns why the run must stop, if it must."""
        for session in self._sessions.doubted():
            verdict = session.outcomes[-1].verdict
            endless = session.n_new >= STREAKS * self._params.max_streak
            stop = self._check(session, self._list.next(), also_fetched=endless)
            if stop is None and endless and not self._fetched:
                stop = stop_for(verdict)  # the canaries may be all that plays
            if stop is not None:
                return stop
            session.n_new = 0 if endless else session.n_new
        return None

    def ask_all(self) -> Stop | None:
        """In all sessions that something failed in since their last; all of them at the end."""
        sessions = self._sessions.unwitnessed()
        failures = [f for session in sessions for o in session.outcomes for f in o.failures]
        is_end = not self._agenda and not any(map(is_tried_again, failures))
        for session in sessions:
            asked = self._list.all() if is_end else self._list.next()
            if (stop := self._check(session, asked)) is not None:
                return stop
        return None

    def _check(
        self, session: Session, canaries: Sequence[str], *, also_fetched: bool = False
    ) -> Stop | None:
        """Let what failed in a session count, or ask as another, or stop."""
        asked, n_renewed = session, 0
        dead = self._ask(session, canaries, self._params.attempts, also_fetched)
        while dead is not None and n_renewed < N_FRESH:
            if (wait_s := self._sessions.renewal_wait_s()) > 0:
                if n_renewed:
                    break
                if self._n_fruitless >= MAX_AN_HOUR:
                    wait_s = max(wait_s, session.retry_after_s)
                    return stop_for_renewals(
                        dead.youtube_ids[0], dead.verdict, self._n_fruitless, wait_s
                    )
                self._progress.tell(
                    f"{MAX_AN_HOUR} sessions were replaced within an hour; more would be impolite: "
                    f"going on in {wait_s / 60:.0f} min"
                )
                self._sleep(wait_s)
            session = self._renew(session, dead)
            n_renewed += 1
            also_fetched |= (
                self._consequences.is_spoilt_by_one(asked) or self._n_fruitless >= STREAKS
            )
            dead = self._ask(session, canaries, 1, also_fetched)
        if dead is not None:
            stopping = (dead.verdict, session.retry_after_s)
            if dead.is_canary:
                return stop_for_canary(dead.youtube_ids, *stopping)
            return stop_for_fetched(dead.youtube_ids, *stopping)
        if n_renewed:
            self._forget(outcome.job.youtube_id for outcome in asked.outcomes)
            self._consequences.blame(asked)
        if also_fetched and self._fetched:
            self._n_fruitless = 0  # not only the canaries play
        for outcome in self._sessions.pass_canary(session):
            self._consequences.settle(session, outcome)
        self._progress.show_health(self._sessions.told())
        return None

    def _ask(
        self, session: Session, canaries: Sequence[str], n_attempts: int, also_fetched: bool
    ) -> _Dead | None:
        """Log whether videos known to be alive are had. Returns what is not."""
        played, failed = self._ask_canaries(session, canaries, n_attempts)
        if not played:
            verdict = next(filter(concerns_run, failed.values()), next(iter(failed.values())))
            return self._bury(session, _Dead(tuple(failed), verdict, is_canary=True))
        self._set_aside(session, failed, played)
        if also_fetched and self._fetched:
            verdicts = {}
            for youtube_id in reversed(tuple(self._fetched)):
                verdict = self._ask_one(session, youtube_id, 1)
                if verdict is None or verdict.state != State.UNRESOLVED:
                    played.append(youtube_id)
                    break
                verdicts[youtube_id] = verdict
                self._fetched.remove(youtube_id)
                self._fetched.appendleft(youtube_id)  # another is the next to be asked for
            else:
                last = next(reversed(verdicts.values()))
                verdict = next(filter(concerns_run, verdicts.values()), last)
                return self._bury(session, _Dead(tuple(verdicts), verdict, is_canary=False))
        self._ledger.canaries(played, session=session.number)
        return None

    def _ask_canaries(
        self, session: Session, canaries: Sequence[str], n_attempts: int
    ) -> tuple[list[str], dict[str, Verdict]]:
        """Which canaries play, and why others do not; where none of a few does, no more are asked."""
        played: list[str] = []
        failed: dict[str, Verdict] = {}
        others = self._list.others(canaries)
        for youtube_id in (*canaries, *others):
            if (youtube_id in others) if played else (len(failed) == MAX_ASKED):
                break
            if (verdict := self._ask_one(session, youtube_id, n_attempts)) is None:
                played.append(youtube_id)
            else:
                failed[youtube_id] = verdict
        return played, failed

    def _set_aside(
        self, session: Session, failed: Mapping[str, Verdict], played: Sequence[str]
    ) -> None:
        """Go on without the canaries that failed where another played: the trouble is their own."""
        self._list.leave_out(failed, played)
        for youtube_id, verdict in failed.items():
            if youtube_id in self._told_of:
                continue
            self._told_of.add(youtube_id)
            why = {"cause": verdict.reason, "message": verdict.message, "youtube_id": youtube_id}
            self._ledger.note("canary-aside", session=session.number, **why)
            self._progress.tell(
                f"warning: the canary {youtube_id} cannot be had where {played[0]} plays, in the "
                f"same session; going on without it: {single_line(verdict.message or verdict.reason)}"
                ". If it has gone, or this is so in every run, name another in retrieve.canaries"
            )

    def _ask_one(self, session: Session, youtube_id: str, n_attempts: int) -> Verdict | None:
        """Why a video known to be alive cannot be had, after so many attempts."""
        for attempt in range(n_attempts):
            self._bucket.wait()
            session.n_asked += 1
            asked = (session.client, youtube_id, self._params.canary_s)
            verdict, pause_s = self._pool.submit(ask_canary, *asked).result()
            session.retry_after_s = max(session.retry_after_s, pause_s)
            self._bucket.pause(min(pause_s, self._params.max_pause_s))
            if verdict is None or not concerns_run(verdict) or stops_at_once(verdict):
                break
            if attempt + 1 < n_attempts:
                self._sleep(self._agenda.backoff_s(attempt + 1))
        return verdict

    def _bury(self, session: Session, dead: _Dead) -> _Dead:
        self._ledger.canaries(dead.youtube_ids, dead.said, session=session.number)
        return dead

    def _renew(self, worn: Session, dead: _Dead) -> Session:
        """Another session in the place of one that is worn out."""
        fresh = self._sessions.renew(worn)
        fresh.retry_after_s = worn.retry_after_s
        self._n_fruitless += 1
        names = ", ".join(dead.youtube_ids)
        why = {"cause": dead.verdict.reason, "message": dead.said, "youtube_id": names}
        self._ledger.note("renewal", session=worn.number, by=fresh.number, **why)
        self._progress.tell(
            f"session {worn.number} is replaced by {fresh.number}: in it, {names}, known to "
            f"be alive, cannot be had: {single_line(dead.said)}"
        )
        return fresh
