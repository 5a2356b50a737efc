"""The agenda of a run: which video is next, and which come again later.

Whatever failed stands behind all that was not tried yet, so that no video keeps others waiting; what
may have spoiled its session stands behind all else.
"""

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from audiophrase.youtube.plan import Clip, Job


class Agenda:
    """Jobs in their order, and retries by the time when they are due; for one thread."""

    def __init__(
        self,
        jobs: Sequence[Job],
        *,
        n_attempts: int,
        backoff_s: float,
        rng: random.Random,
        clock: Callable[[], float],
    ) -> None:
        """`backoff_s` lies before the second of `n_attempts`, twice that before the third, …"""
        self._n_attempts, self._backoff_s = n_attempts, backoff_s
        self._rng, self._clock = rng, clock
        self._ready = deque(jobs)
        self._later: list[tuple[float, int, Job]] = []  # a heap: when due, a tie-break, what
        self._n_later = itertools.count()
        self._suspects: deque[Job] = deque()

    def __len__(self) -> int:
        return len(self._ready) + len(self._later) + len(self._suspects)

    def wait_s(self) -> float:
        """How long until a job is due, in s; infinite if there is none."""
        if self._ready or self._suspects:
            return 0.0
        return max(0.0, self._later[0][0] - self._clock()) if self._later else float("inf")

    def next(self) -> Job:
        """The job that is due. Raises IndexError if none is."""
        if self._ready:
            return self._ready.popleft()
        if self._has_retry():
            return heapq.heappop(self._later)[2]
        return self._suspects.popleft()

    def comes_to_suspects(self) -> bool:
        """Whether the next job is one that may have spoiled its session."""
        return bool(self._suspects) and not self._ready and not self._has_retry()

    def suspect(self, clips: Sequence[Clip], *, alone: bool) -> None:
        """Put clips of a video behind all others; what was said of them does not count.

        One that failed alone comes before the other suspects: so each is soon cleared or given up.
        """
        job = Job(clips[0].youtube_id, tuple(clips), is_retry=True, is_suspect=True)
        if alone:
            self._suspects.appendleft(job)
        else:
            self._suspects.append(job)

    def retry(self, clips: Sequence[Clip]) -> None:
        """Put clips of a video last, for one try fewer and after a while."""
        n_failed = max(1, self._n_attempts - max(clip.n_tries for clip in clips) + 1)
        fewer = tuple(replace(clip, n_tries=clip.n_tries - 1) for clip in clips)
        job = Job(fewer[0].youtube_id, fewer, is_retry=True)
        due_s = self._clock() + self.backoff_s(n_failed)
        heapq.heappush(self._later, (due_s, next(self._n_later), job))

    def backoff_s(self, n_failed: int) -> float:
        """How long to wait after so many failures, in s."""
        return self._backoff_s * 2 ** (n_failed - 1) * (1 + self._rng.random())

    def _has_retry(self) -> bool:
        return bool(self._later) and self._later[0][0] <= self._clock()
