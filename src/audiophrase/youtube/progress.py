"""What a run shows while it works, and what it tells where nobody watches.

On a terminal: done, rate and time left; below, the counts by reason, and how the sessions fare. Else
all of that in a line now and then.
"""

import io
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import TextIO

from tqdm import tqdm

from audiophrase.amounts import counted, duration
from audiophrase.clips.availability import State
from audiophrase.prose import for_stream
from audiophrase.youtube.advice import for_screen

LINE_EVERY_S = 60.0


class Told(io.TextIOBase):
    """What is told on a terminal, and again in a log; what moves there is written to `terminal`."""

    def __init__(self, terminal: TextIO, log: TextIO) -> None:
        self.terminal, self._log = terminal, log

    def write(self, text: str) -> int:
        self._log.write(text)
        return self.terminal.write(text)

    def flush(self) -> None:
        self._log.flush()
        self.terminal.flush()


class Progress:
    """Counts of clips by state and reason; safe for threads."""

    def __init__(self, n_clips: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`n_clips` are to be had in this run."""
        self._n_clips, self._clock = n_clips, clock
        self._begun_s = self._shown_s = clock()
        self._counts: Counter[tuple[str, str | None]] = Counter()
        self._health = ""
        self._mutex = threading.Lock()
        # Where a log is written beside, the lines that move are not for that.
        self._terminal = getattr(sys.stderr, "terminal", sys.stderr)
        self._bars: list[tqdm] = []
        if self._terminal.isatty():
            shown = {"file": self._terminal, "dynamic_ncols": True}
            below = {"total": 0, "bar_format": "{desc}", "leave": False}
            self._bars = [
                tqdm(total=n_clips, unit="clip", position=0, **shown),
                *(tqdm(position=position, **below, **shown) for position in (1, 2)),
            ]

    def finish_clip(self, state: str, reason: str | None) -> None:
        """A clip was tried to the end."""
        with self._mutex:
            self._counts[(str(state), reason)] += 1
            if self._bars:
                self._bars[0].update()
                self._bars[1].set_description_str(self._summary())
            elif self._clock() - self._shown_s >= LINE_EVERY_S:
                self._shown_s = self._clock()
                self.tell(self._line())

    def show_health(self, health: str) -> None:
        """How those fare who ask: below the counts."""
        with self._mutex:
            if health != self._health:
                self._health = health
                if self._bars:
                    self._bars[2].set_description_str(health)

    def tell(self, text: str) -> None:
        """A line of its own, above what moves."""
        with tqdm.external_write_mode(file=self._terminal):
            print(for_stream(for_screen(text), sys.stderr), file=sys.stderr)

    def close(self) -> None:
        """Take the bar away and tell the counts a last time."""
        with self._mutex:
            for bar in reversed(self._bars):
                bar.close()
            self.tell(self._line())

    def _line(self) -> str:
        n_done = self._counts.total()
        elapsed_s = max(self._clock() - self._begun_s, 1e-9)
        line = f"{n_done:,} of {counted(self._n_clips, 'clip')} tried"
        if n_done:
            line += f": {self._summary()}; {3600 * n_done / elapsed_s:.0f} clips an hour"
        if 0 < n_done < self._n_clips:
            left_s = (self._n_clips - n_done) * elapsed_s / n_done
            line += f"; {duration(left_s)} left"
        return line + (f"; {self._health}" if self._health else "")

    def _summary(self) -> str:
        by_state = Counter()
        for (state, _), n in self._counts.items():
            by_state[state] += n
        parts = []
        for state in State:
            reasons = [
                f"{reason} {n}"
                for (its_state, reason), n in sorted(self._counts.items(), key=str)
                if its_state == state and reason
            ]
            if by_state[state]:
                detail = f" ({', '.join(reasons)})" if reasons else ""
                parts.append(f"{by_state[state]} {state}{detail}")
        return ", ".join(parts)
