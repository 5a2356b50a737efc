"""Canaries, videos known to be alive: what fails while they play is the videos' own.

They are asked for in the session whose failures shall count. Where one fails, a session without a
past asks for the same, and only what that cannot have either stops a run.
"""

import itertools
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line
from audiophrase.clips.parameters import RunParams
from audiophrase.youtube.agenda import Agenda
from audiophrase.youtube.asking import Outcome, ask_canary
from audiophrase.youtube.budget import Stop, TokenBucket, stop_for, stop_for_canary, stops_at_once
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.sessions import N_FRESH, Session, Sessions
from audiophrase.youtube.verdict import Verdict, concerns_run

STREAKS = 4  # of them, a session must also have a video that was fetched before
MAX_EXCUSES = 3  # how often what a clip failed at is put down to the session


class Canaries:
    """Asks for them, while nothing else is in flight, and acts upon what comes.

    Attributes:
        fetched_before: a video that played, and should again.
    """

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
        self._rotation = itertools.cycle(params.canaries)
        self._excuses: Counter[str] = Counter()  # by clip
        self.fetched_before: str | None = None

    def open_session(self) -> Stop | None:
        """One more session, if it can have what it should. Returns why it cannot."""
        is_first = not self._sessions.live
        asked = self._params.canaries if is_first else [next(self._rotation)]
        return self._check(self._sessions.open(), asked)

    def ask_doubted(self) -> Stop | None:
        """In the sessions that are in doubt. Returns why the run must stop, if it must."""
        for session in self._sessions.doubted():
            asked, verdict = [next(self._rotation)], session.outcomes[-1].verdict
            endless = session.n_new >= STREAKS * self._params.max_streak
            if endless and self.fetched_before is not None:
                asked.append(self.fetched_before)
            stop = self._check(session, asked)
            if stop is None and endless and self.fetched_before is None:
                stop = stop_for(verdict)  # the canaries may be all that plays
            if stop is not None:
                return stop
            session.n_new = 0 if endless else session.n_new
        return None

    def ask_all(self) -> Stop | None:
        """In all sessions that something failed in since their last; all of them at the end."""
        for session in self._sessions.unwitnessed():
            asked = [next(self._rotation)] if self._agenda else self._params.canaries
            if (stop := self._check(session, asked)) is not None:
                return stop
        return None

    def _check(self, session: Session, youtube_ids: list[str]) -> Stop | None:
        """Let what failed in a session count, or ask as another, or stop."""
        dead = self._ask(session, youtube_ids, self._params.attempts)
        for _ in range(N_FRESH):
            if dead is None or not self._sessions.may_renew():
                break
            session = self._renew(session, *dead)
            dead = self._ask(session, youtube_ids, n_attempts=1)
        if dead is not None:
            return stop_for_canary(*dead, session.retry_after_s)
        for outcome in self._sessions.pass_canary(session):
            self._settle(session, outcome)
        self._progress.show_health(self._sessions.told())
        return None

    def _ask(
        self, session: Session, youtube_ids: list[str], n_attempts: int
    ) -> tuple[str, Verdict] | None:
        """Log whether videos known to be alive are had. Returns the first that is not, and why."""
        for youtube_id in youtube_ids:
            for attempt in range(n_attempts):
                self._bucket.wait()
                asked = (session.client, youtube_id, self._params.canary_s)
                verdict, pause_s = self._pool.submit(ask_canary, *asked).result()
                session.retry_after_s = max(session.retry_after_s, pause_s)
                if verdict is None or not concerns_run(verdict) or stops_at_once(verdict):
                    break
                if attempt + 1 < n_attempts:
                    self._sleep(self._agenda.backoff_s(attempt + 1))
            is_canary = youtube_id in self._params.canaries
            if verdict is not None and (is_canary or verdict.state == State.UNRESOLVED):
                said = verdict.message or verdict.reason
                self._ledger.canaries([youtube_id], said, session=session.number)
                return youtube_id, verdict
        self._ledger.canaries(youtube_ids, session=session.number)
        return None

    def _renew(self, worn: Session, youtube_id: str, verdict: Verdict) -> Session:
        """Another session; what the worn one failed at is tried again as if it never had been."""
        fresh = self._sessions.renew(worn)
        fresh.retry_after_s = worn.retry_after_s
        said = verdict.message or verdict.reason
        why = {"cause": verdict.reason, "message": said, "youtube_id": youtube_id}
        self._ledger.note("renewal", session=worn.number, by=fresh.number, **why)
        self._progress.tell(
            f"session {worn.number} is replaced by {fresh.number}: in it, {youtube_id}, known to "
            f"be alive, cannot be had: {single_line(said)}"
        )
        for outcome in worn.outcomes:
            clips = [failure.clip for failure in outcome.failures]
            self._excuses.update(clip.clip_id for clip in clips)
            if max(self._excuses[clip.clip_id] for clip in clips) <= MAX_EXCUSES:
                self._agenda.again(clips)
            else:
                self._settle(worn, outcome)
        return fresh

    def _settle(self, session: Session, outcome: Outcome) -> None:
        """Each clip that failed is tried again, or has been tried to the end."""
        again = []
        for failure in outcome.failures:
            if failure.is_answer or failure.clip.n_tries <= 1:
                self._progress.finish_clip(failure.verdict.state, failure.verdict.reason)
            else:
                again.append(failure.clip)
        if not again:
            return
        self._agenda.retry(again)
        said = outcome.failures[-1].verdict
        if stops_at_once(said):
            why = {"cause": said.reason, "message": said.message}
            self._ledger.note(
                "put-last", youtube_id=outcome.job.youtube_id, session=session.number, **why
            )
