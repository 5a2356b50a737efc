"""The list of canaries: whose turn it is, and which are left out as they failed where others played."""

import itertools
from collections.abc import Iterable, Sequence

MAX_ASKED = 3  # canaries that must fail before a session is in doubt, if there are so many


class CanaryList:
    """Of a run; one canary at least is never left out."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(dict.fromkeys(names))
        self._rotation = itertools.cycle(self._names)
        self._aside: dict[str, None] = {}

    def all(self) -> list[str]:
        """Those that are not left out."""
        return [name for name in self._names if name not in self._aside]

    def next(self) -> list[str]:
        """The one whose turn it is."""
        return [next(name for name in self._rotation if name not in self._aside)]

    def others(self, asked: Sequence[str]) -> list[str]:
        """Whom to ask for where those fail; the ones that were left out are the last resort."""
        return [name for name in (*self.all(), *self._aside) if name not in asked]

    def leave_out(self, failed: Iterable[str], played: Iterable[str]) -> None:
        """From now on do without those that failed where others played, and with these."""
        self._aside |= dict.fromkeys(failed)
        for name in played:
            self._aside.pop(name, None)
