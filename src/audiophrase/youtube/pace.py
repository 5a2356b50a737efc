"""The pace outlives a process: when YouTube was last asked, by whatever run of this machine."""

import os
import time
from collections.abc import Callable
from pathlib import Path


class Pace:
    """The time of a file of no content: nothing in it can be damaged, and a full disk takes it."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = Path(path), clock

    def asked(self) -> None:
        """YouTube is asked now."""
        now_s = self._clock()
        try:
            os.utime(self._path, (now_s, now_s))
        except FileNotFoundError:
            self._path.touch()
            os.utime(self._path, (now_s, now_s))

    def rest_s(self, interval_s: float) -> float:
        """How long to wait yet, at most an interval: a clock that was set back does not block."""
        try:
            since_s = self._clock() - self._path.stat().st_mtime
        except FileNotFoundError:
            return 0.0
        return min(interval_s, max(0.0, interval_s - since_s))
