"""The run: canaries first, then video after video, until all were tried or something is wrong.

One thread paces, retries and decides; a few others wait for the network. Between two checks of the
canaries nothing is in flight, so that what failed in between has a witness on either side.
"""

import errno
import heapq
import itertools
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import soundfile

from audiophrase.clips.availability import State
from audiophrase.clips.parameters import RunParams
from audiophrase.clips.shards import encode_flac
from audiophrase.youtube.budget import (
    Breaker,
    Stop,
    TokenBucket,
    stop_for,
    stop_for_canary,
    stops_at_once,
)
from audiophrase.youtube.client import Client, Fetched
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.plan import Clip, Job
from audiophrase.youtube.progress import Progress
from audiophrase.youtube.verdict import Verdict, concerns_run, judge

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
        self._make_client, self._tools, self._rng = make_client, dict(tools), rng
        self._clock, self._sleep = clock, sleep
        self._bucket = TokenBucket(
            params.videos_per_hour, params.jitter, rng, clock=clock, sleep=sleep
        )
        self._breaker = Breaker(params.max_streak, max_pause_s=params.max_pause_s)
        self._local, self._clients = threading.local(), []
        self._quit = threading.Event()
        self._rotation = itertools.cycle(params.canaries)
        self._n_unwitnessed = 0  # videos since the canaries were last asked for
        self._ready: deque[Job] = deque()
        self._later: list[tuple[float, int, Job]] = []  # a heap: when due, a tie-break, what
        self._n_later = itertools.count()

    def work(self, jobs: tuple[Job, ...]) -> Stop | None:
        """Try every clip of the jobs to the end. Returns why that was not possible, if so."""
        self._ready.extend(jobs)
        pool = ThreadPoolExecutor(self._params.n_threads)
        try:
            self._loop(pool)
        except BaseException:
            self._quit.set()
            pool.shutdown(wait=False, cancel_futures=True)  # whoever is waiting need not
            raise
        pool.shutdown()
        for client in self._clients:
            client.close()
        if (stop := self._breaker.stop) is not None:
            with self._minding_the_disk():
                self._ledger.note("stop", cause=stop.cause, message=stop.message)
        return stop

    def _loop(self, pool: ThreadPoolExecutor) -> None:
        if not self._ready:
            return
        self._check_canaries(pool, self._params.canaries)
        flying: set[Future[None]] = set()
        while self._breaker.stop is None:
            all_out = not (self._ready or self._later)
            wants = self._breaker.wants_canaries()
            if wants or all_out or self._n_unwitnessed >= self._params.canary_every:
                if flying:
                    flying = self._land(flying)
                elif not wants and not self._n_unwitnessed:
                    return
                else:
                    canaries = self._params.canaries if all_out else [next(self._rotation)]
                    self._check_canaries(pool, canaries)
                continue
            job = self._next_job()
            if job is None or len(flying) >= self._params.n_threads:
                if job is not None:
                    self._ready.appendleft(job)
                if flying:
                    flying = self._land(flying)
                else:
                    self._sleep(max(0.0, self._later[0][0] - self._clock()))
                continue
            self._bucket.wait()
            if self._breaker.stop is None:
                self._n_unwitnessed += 1
                flying.add(pool.submit(self._try_video, job))
        while flying:
            flying = self._land(flying)

    def _land(self, flying: set[Future[None]]) -> set[Future[None]]:
        """Wait for a video, and for what went wrong with this machine rather than with it."""
        due_s = self._later[0][0] - self._clock() if self._later and not self._ready else None
        done, flying = wait(
            flying, None if due_s is None else max(0.0, due_s), return_when=FIRST_COMPLETED
        )
        for future in done:
            with self._minding_the_disk():
                future.result()
        return flying

    @contextmanager
    def _minding_the_disk(self) -> Iterator[None]:
        """A full disk stops the run as other causes do; it keeps what was logged."""
        try:
            yield
        except OSError as error:
            if error.errno not in DISK_ERRORS:
                raise
            said = Verdict(State.UNRESOLVED, "unknown", False, "disk", str(error.strerror))
            self._breaker.trip(stop_for(said))

    def _next_job(self) -> Job | None:
        if self._ready:
            return self._ready.popleft()
        if self._later and self._later[0][0] <= self._clock():
            return heapq.heappop(self._later)[2]
        return None

    def _check_canaries(self, pool: ThreadPoolExecutor, canaries: list[str]) -> None:
        """Commit what failed so far, or stop: in the ledger and for the breaker."""
        for youtube_id in canaries:
            for attempt in range(self._params.attempts):
                self._bucket.wait()
                verdict = pool.submit(self._try_canary, youtube_id).result()
                if verdict is None or not concerns_run(verdict):
                    break
                if stops_at_once(verdict):
                    break
                if attempt + 1 < self._params.attempts:
                    self._sleep(self._backoff_s(attempt + 1))
            if verdict is not None:
                self._breaker.trip(stop_for_canary(youtube_id, verdict))
                said = verdict.message or verdict.reason
                with self._minding_the_disk():
                    self._ledger.canaries([youtube_id], said)
                return
        with self._minding_the_disk():
            self._ledger.canaries(canaries)
        self._breaker.canaries_passed()
        self._n_unwitnessed = 0

    def _try_canary(self, youtube_id: str) -> Verdict | None:
        client = self._client()
        video = client.resolve(youtube_id)
        if isinstance(video, Evidence):
            return judge(video)
        fetched = client.fetch(video, 0.0, self._params.canary_s)
        if isinstance(fetched, Evidence):
            return judge(fetched)
        if not len(fetched.samples):
            return Verdict(State.UNRESOLVED, "unknown", False, message="its audio is empty")
        return None

    def _try_video(self, job: Job) -> None:
        """Look a video up and fetch its sections; log each clip's attempt."""
        client = self._client()
        now = datetime.now(UTC)
        video = client.resolve(job.youtube_id)
        if isinstance(video, Evidence):
            verdict = judge(video)
            # The breaker first: were the disk full, the log would raise.
            self._observe(verdict, video, is_retry=job.is_retry)
            self._retry([c for c in job.clips if self._failed(c, now, verdict, video)])
            return
        again = []
        for clip in job.clips:
            if self._breaker.stop is not None or self._quit.is_set():
                break
            now = datetime.now(UTC)
            fetched = client.fetch(video, clip.start_s, clip.end_s)
            if isinstance(fetched, Fetched):
                self._observe(None, fetched.evidence)
                self._fetched(clip, now, fetched)
                continue
            verdict = judge(fetched)
            is_first = clip is job.clips[0] and not job.is_retry
            self._observe(verdict, fetched, is_retry=not is_first)
            if self._failed(clip, now, verdict, fetched):
                again.append(clip)
        # One player may have answered although another told us to stay away: then we do.
        beside = judge(video.evidence)
        if stops_at_once(beside):
            self._observe(beside, video.evidence)
        self._retry(again)

    def _fetched(self, clip: Clip, now: datetime, fetched: Fetched) -> None:
        values = self._values(fetched.evidence) | {
            "format": fetched.format_id,
            "bytes": fetched.n_bytes,
            "requests": fetched.n_requests,
            "read_by": fetched.read_by,
        }
        if not len(fetched.samples) or not np.isfinite(fetched.samples).all():
            reason, message = "not-finite", "the audio has samples that are not finite"
            if not len(fetched.samples):
                reason = "no-samples"
                message = f"the recording ends at {fetched.recording_s} s, before the clip starts"
            verdict = Verdict(State.CORRUPT, reason, False, message=message)
            self._log(clip, now, verdict, values)
            self._progress.finish_clip(verdict.state, reason)
            return
        try:
            flac = encode_flac(fetched.samples, fetched.sample_rate_hz)
        except soundfile.SoundFileError as error:  # a rate, say, that FLAC does not know
            said = f"{fetched.sample_rate_hz} Hz cannot be kept as FLAC: {error}"
            self._log(clip, now, Verdict(State.CORRUPT, "unreadable", False, message=said), values)
            self._progress.finish_clip(State.CORRUPT, "unreadable")
            return
        values |= {"state": State.OK, "reason": None, "permanent": None, "message": None}
        self._ledger.publish(clip.clip_id, flac, now, values)
        self._progress.finish_clip(State.OK, None)

    def _failed(self, clip: Clip, now: datetime, verdict: Verdict, evidence: Evidence) -> bool:
        """Log a failed attempt. Returns whether it is worth another."""
        self._log(clip, now, verdict, self._values(evidence))
        is_answer = verdict.state != State.UNRESOLVED or verdict.rule == "bare-unavailable"
        if is_answer or clip.n_tries <= 1:
            self._progress.finish_clip(verdict.state, verdict.reason)
            return False
        return True

    def _log(self, clip: Clip, now: datetime, verdict: Verdict, values: dict[str, Any]) -> None:
        told = {"reason": verdict.reason, "message": verdict.message}
        told |= {"state": verdict.state, "permanent": verdict.permanent}
        self._ledger.record(clip.clip_id, now, values | told)

    def _values(self, evidence: Evidence) -> dict[str, Any]:
        statuses = evidence.http_statuses
        worst = next((status for status in statuses if status >= 400), None)
        last = statuses[-1] if statuses else None
        return self._tools | {"evidence": evidence.to_json(), "http_status": worst or last}

    def _observe(
        self, verdict: Verdict | None, evidence: Evidence, *, is_retry: bool = False
    ) -> None:
        self._breaker.observe(verdict, evidence.retry_after_s, is_retry=is_retry)
        if evidence.retry_after_s is not None:
            self._bucket.pause(min(evidence.retry_after_s, self._params.max_pause_s))

    def _retry(self, clips: list[Clip]) -> None:
        """Put clips of a video behind all others, to be tried again after a while."""
        if not clips:
            return
        fewest = max(clip.n_tries for clip in clips)
        n_failed = max(1, self._params.attempts - fewest + 1)
        clips = [replace(clip, n_tries=clip.n_tries - 1) for clip in clips]
        job = Job(clips[0].youtube_id, tuple(clips), is_retry=True)
        due_s = self._clock() + self._backoff_s(n_failed)
        heapq.heappush(self._later, (due_s, next(self._n_later), job))

    def _backoff_s(self, n_failed: int) -> float:
        return self._params.backoff_s * 2 ** (n_failed - 1) * (1 + self._rng.random())

    def _client(self) -> Client:
        if not hasattr(self._local, "client"):
            self._local.client = self._make_client()
            self._clients.append(self._local.client)
        return self._local.client
