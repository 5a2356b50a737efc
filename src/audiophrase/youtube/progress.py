"""What a run shows while it works: a bar on a terminal, else a line now and then."""

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

from tqdm import tqdm

from audiophrase.clips.availability import State

LINE_EVERY_S = 60.0


class Progress:
    """Counts of clips by state and reason; safe for threads."""

    def __init__(self, n_clips: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`n_clips` are to be had in this run."""
        self._n_clips, self._clock = n_clips, clock
        self._begun_s = self._told_s = clock()
        self._counts: Counter[tuple[str, str | None]] = Counter()
        self._health = ""
        self._mutex = threading.Lock()
        on_terminal = sys.stderr.isatty()
        self._bar = tqdm(total=n_clips, unit="clip", dynamic_ncols=True) if on_terminal else None

    def finish_clip(self, state: str, reason: str | None) -> None:
        """A clip was tried to the end."""
        with self._mutex:
            self._counts[(str(state), reason)] += 1
            if self._bar is not None:
                self._bar.set_postfix_str(self._postfix(), refresh=False)
                self._bar.update()
            elif self._clock() - self._told_s >= LINE_EVERY_S:
                self._told_s = self._clock()
                self.tell(self._line())

    def show_health(self, told: str) -> None:
        """How those fare who ask: beside the counts."""
        with self._mutex:
            if told != self._health:
                self._health = told
                if self._bar is not None:
                    self._bar.set_postfix_str(self._postfix())

    def tell(self, text: str) -> None:
        """A line of its own, above the bar where there is one."""
        tqdm.write(text, file=sys.stderr)

    def close(self) -> None:
        """Take the bar away and tell the counts a last time."""
        with self._mutex:
            if self._bar is not None:
                self._bar.close()
            self.tell(self._line())

    def _line(self) -> str:
        n_done = self._counts.total()
        elapsed_s = max(self._clock() - self._begun_s, 1e-9)
        line = f"{n_done} of {self._n_clips} clips tried"
        if n_done:
            line += f": {self._told()}; {3600 * n_done / elapsed_s:.0f} clips an hour"
        if 0 < n_done < self._n_clips:
            left_h = (self._n_clips - n_done) * elapsed_s / n_done / 3600
            line += f"; {left_h:.1f} h left"
        return line + (f"; {self._health}" if self._health else "")

    def _postfix(self) -> str:
        return "; ".join(filter(None, (self._told(), self._health)))

    def _told(self) -> str:
        by_state = Counter()
        for (state, _), n in self._counts.items():
            by_state[state] += n
        parts = []
        for state in State:
            reasons = [
                f"{reason} {n}"
                for (of, reason), n in sorted(self._counts.items(), key=str)
                if of == state and reason
            ]
            if by_state[state]:
                detail = f" ({', '.join(reasons)})" if reasons else ""
                parts.append(f"{by_state[state]} {state}{detail}")
        return ", ".join(parts)
