"""The run: video after video, until all were tried or a canary says that something is wrong.

One thread paces, retries and decides; a few others wait for the network. While canaries are asked
for nothing else is in flight, and what failed in a session has a witness of that session on either
side. No video decides for the others: a run is only stopped by a canary that a session without a
past cannot have either.
"""

import errno
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.clips.messages import single_line
from audiophrase.clips.parameters import RunParams
from audiophrase.youtube.agenda import Agenda
from audiophrase.youtube.asking import Asker, Outcome, ask_canary
from audiophrase.youtube.budget import Stop, TokenBucket, stop_for, stop_for_canary, stops_at_once
from audiophrase.youtube.client import Client
from audiophrase.youtube.history import FETCHED
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.plan import Job
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.sessions import N_FRESH, Session, Sessions
from audiophrase.youtube.verdict import Verdict, concerns_run

DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)
STREAKS = 4  # of them, a session must also have a video that was fetched before
MAX_EXCUSES = 3  # how often what a clip failed at is put down to the session


class Run:
    """One go at a plan's jobs. What it finds is in the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        params: RunParams,
        *,
        make_client: Callable[[], Client],
        progress: Progress,
        tools: Mapping[str, Any],
        rng: random.Random,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Any] = time.sleep,
    ) -> None:
        """`tools` is logged with every attempt: `versions`, and whether there are `cookies`."""
        self._ledger, self._params, self._progress = ledger, params, progress
        self._rng, self._clock, self._sleep = rng, clock, sleep
        self._asker = Asker(ledger, progress, tools)
        self._bucket = TokenBucket(
            params.videos_per_hour, params.jitter, rng, clock=clock, sleep=sleep
        )
        limits = {"max_streak": params.max_streak, "max_pause_s": params.max_pause_s}
        self._sessions = Sessions(make_client, **limits, clock=clock)
        self._flying: dict[Future[Outcome], Session] = {}
        self._rotation = itertools.cycle(params.canaries)
        self._n_unwitnessed = 0  # videos since the canaries were last asked for
        self._excuses: Counter[str] = Counter()  # by clip
        self._failed_in: dict[str, str] = {}  # the session, by video
        self._fetched_before: str | None = None  # a video that played
        self._stop: Stop | None = None

    def work(self, jobs: tuple[Job, ...]) -> Stop | None:
        """Try every clip of the jobs to the end. Returns why that was not possible, if so."""
        self._agenda = Agenda(
            jobs,
            n_attempts=self._params.attempts,
            backoff_s=self._params.backoff_s,
            rng=self._rng,
            clock=self._clock,
        )
        fetched = [row["clip_id"] for row in self._ledger.rows() if row["state"] in FETCHED]
        self._fetched_before = fetched[-1][1:12] if fetched else None
        self._pool = ThreadPoolExecutor(self._params.n_threads)
        try:
            self._loop()
        except BaseException:
            self._asker.end()
            self._pool.shutdown(wait=False, cancel_futures=True)  # whoever is waiting need not
            raise
        self._pool.shutdown()
        self._sessions.close()
        if self._stop is not None:
            with self._minding_the_disk():
                self._ledger.note("stop", cause=self._stop.cause, message=self._stop.message)
        return self._stop

    def _loop(self) -> None:
        for _ in range(min(self._params.n_threads, len(self._agenda))):
            is_first = not self._sessions.live
            asked = self._params.canaries if is_first else [next(self._rotation)]
            self._check(self._sessions.open(), asked)
            if self._stop is not None:
                return
        while self._stop is None:
            if self._wants_canaries():
                if self._flying:
                    self._land()
                else:
                    self._ask_canaries()
            elif self._agenda.wait_s() > 0 or not self._sessions.has_idle():
                if self._flying:
                    self._land()
                elif not self._agenda:
                    return
                else:
                    self._sleep(self._agenda.wait_s())
            else:
                self._bucket.wait()
                self._land(timeout_s=0)
                if self._stop is None and not self._wants_canaries():
                    self._start(self._agenda.next())
        self._asker.end()
        while self._flying:
            self._land()

    def _start(self, job: Job) -> None:
        session = self._sessions.take(avoid=self._failed_in.get(job.youtube_id))
        self._n_unwitnessed += 1
        future = self._pool.submit(self._asker.ask, session.client, session.number, job)
        self._flying[future] = session

    def _land(self, timeout_s: float | None = None) -> None:
        """Wait for a video, and for what went wrong with this machine rather than with it."""
        if timeout_s is None and 0 < self._agenda.wait_s() < float("inf"):
            timeout_s = self._agenda.wait_s()
        for future in wait(self._flying, timeout_s, return_when=FIRST_COMPLETED).done:
            session = self._flying.pop(future)
            with self._minding_the_disk():
                self._observe(session, future.result())
            self._sessions.give_back(session)
        self._progress.show_health(self._sessions.told())

    def _observe(self, session: Session, outcome: Outcome) -> None:
        session.observe(outcome)
        youtube_id, pause_s = outcome.job.youtube_id, outcome.retry_after_s
        if outcome.verdict is None:
            self._fetched_before = youtube_id
        else:
            self._failed_in[youtube_id] = session.number
            if outcome.verdict.rule == "disk":
                self._stop = self._stop or stop_for(outcome.verdict)
        # A longer one is doubted instead; beside a video that plays it is kept in part.
        if pause_s is not None and (outcome.verdict is None or pause_s <= self._params.max_pause_s):
            self._bucket.pause(min(pause_s, self._params.max_pause_s))

    @contextmanager
    def _minding_the_disk(self) -> Iterator[None]:
        """A full disk stops the run as other causes do; it keeps what was logged."""
        try:
            yield
        except OSError as error:
            if error.errno not in DISK_ERRORS:
                raise
            said = Verdict(State.UNRESOLVED, "unknown", False, "disk", str(error.strerror))
            self._stop = self._stop or stop_for(said)

    def _wants_canaries(self) -> bool:
        if self._sessions.doubted() or self._n_unwitnessed >= self._params.canary_every:
            return True
        return not self._agenda and not self._flying and self._n_unwitnessed > 0

    def _ask_canaries(self) -> None:
        """Of the sessions in doubt; else of all that something failed in since their last."""
        doubted = self._sessions.doubted()
        for session in doubted or self._sessions.unwitnessed():
            asked = [next(self._rotation)] if self._agenda or doubted else self._params.canaries
            endless = session.n_new >= STREAKS * self._params.max_streak
            if endless and self._fetched_before is not None:
                asked = [*asked, self._fetched_before]
            verdict = session.outcomes[-1].verdict if endless else None
            self._check(session, asked)
            if endless and self._fetched_before is None:  # canaries may be all that plays
                self._stop = self._stop or stop_for(verdict)
            if self._stop is not None:
                return
            session.n_new = 0 if endless else session.n_new
        if not doubted:
            self._n_unwitnessed = 0

    def _check(self, session: Session, youtube_ids: list[str]) -> None:
        """Let what failed in a session count, or ask as another, or stop."""
        dead = self._ask(session, youtube_ids, self._params.attempts)
        for _ in range(N_FRESH):
            if dead is None or not self._sessions.may_renew():
                break
            session = self._renew(session, *dead)
            dead = self._ask(session, youtube_ids, n_attempts=1)
        if dead is not None:
            self._stop = self._stop or stop_for_canary(*dead, session.retry_after_s)
            return
        for outcome in self._sessions.pass_canary(session):
            self._settle(session, outcome)
        self._progress.show_health(self._sessions.told())

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
                with self._minding_the_disk():
                    self._ledger.canaries([youtube_id], said, session=session.number)
                return youtube_id, verdict
        with self._minding_the_disk():
            self._ledger.canaries(youtube_ids, session=session.number)
        return None

    def _renew(self, worn: Session, youtube_id: str, verdict: Verdict) -> Session:
        """Another session; what the worn one failed at is tried again as if it never had been."""
        fresh = self._sessions.renew(worn)
        fresh.retry_after_s = worn.retry_after_s
        said = verdict.message or verdict.reason
        with self._minding_the_disk():
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
            with self._minding_the_disk():
                self._ledger.note(
                    "put-last", youtube_id=outcome.job.youtube_id, session=session.number, **why
                )
