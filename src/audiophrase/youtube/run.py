"""The run: video after video, until all were tried or a canary says that something is wrong.

One thread paces, retries and decides; a few others wait for the network. While canaries are asked
for nothing else is in flight, and what failed in a session has a witness of that session on either
side. No video decides for the others: a run is only stopped by a canary that a session without a
past cannot have either.
"""

import errno
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.clips.parameters import RunParams
from audiophrase.youtube.agenda import Agenda
from audiophrase.youtube.asking import Asker, Outcome
from audiophrase.youtube.budget import Stop, TokenBucket, stop_for
from audiophrase.youtube.canaries import Canaries
from audiophrase.youtube.client import Client
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.plan import Job
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.sessions import Session, Sessions
from audiophrase.youtube.verdict import Verdict

DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)


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
            params.videos_per_hour, params.jitter, rng, pace=ledger.pace, clock=clock, sleep=sleep
        )
        limits = {"max_streak": params.max_streak, "max_pause_s": params.max_pause_s}
        self._sessions = Sessions(make_client, **limits, clock=clock)
        self._flying: dict[Future[Outcome], Session] = {}
        self._n_unwitnessed = 0  # videos since the canaries were last asked for
        self._failed_in: dict[str, str] = {}  # the session, by video
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
        self._pool = ThreadPoolExecutor(self._params.n_threads)
        self._canaries = Canaries(
            self._params,
            ledger=self._ledger,
            sessions=self._sessions,
            agenda=self._agenda,
            bucket=self._bucket,
            pool=self._pool,
            progress=self._progress,
            sleep=self._sleep,
        )
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
            with self._minding_the_disk():
                self._stop = self._canaries.open_session()
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
        if job.is_suspect:
            session = self._sessions.take_freshest()
        else:
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
            self._canaries.remember(youtube_id)
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
        if self._agenda.comes_to_suspects() and self._sessions.has_unwitnessed_failures():
            return True  # so that nothing else can be to blame for what comes of them
        return not self._agenda and not self._flying and self._n_unwitnessed > 0

    def _ask_canaries(self) -> None:
        with self._minding_the_disk():
            if self._sessions.doubted():
                self._stop = self._canaries.ask_doubted()
            else:
                self._stop = self._canaries.ask_all()
                self._n_unwitnessed = 0
