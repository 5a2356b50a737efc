"""Visitors: who asks, told by a cookie, and what YouTube has against whom."""

import re
from collections import Counter
from collections.abc import Mapping

from fakeyoutube.http import Request
from fakeyoutube.scenarios import SCENARIOS, Scenario

COOKIE = "VISITOR_INFO1_LIVE"
# What becomes of every video in a session that YouTube treats so.
TREATMENTS = {
    "sabr-only": SCENARIOS["sabr-only"],
    "drm": Scenario(drm=True),
    "content": Scenario({"status": "ERROR", "reason": "This content isn't available."}),
    "bot-check": SCENARIOS["bot-check"],
    "removed": SCENARIOS["removed"],
}


class Sessions:
    """Counts visitors in the order in which they come: the first is 1."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """As at the start: every visitor is welcome."""
        self.n_videos: Counter[int] = Counter()  # pages asked for, by visitor
        self._treatments: dict[str, str] = {}

    def configure(self, treatments: Mapping[str, str]) -> None:
        """What becomes of whom: {"1": "drm", "3-": "sabr-only after 5"}.

        A number with a dash means all from there on; `after n`: once the visitor has had so many.
        """
        unknown = {told.split()[0] for told in treatments.values()} - set(TREATMENTS)
        if unknown:
            raise ValueError(f"no such treatments: {unknown}")
        self._treatments = dict(treatments)

    def visitor(self, request: Request) -> tuple[int, str | None]:
        """Who asks, and the cookie to be set where nobody knew."""
        known = re.search(rf"{COOKIE}=fake-(\d+)", request.headers.get("cookie", ""))
        if known:
            return int(known[1]), None
        number = max(self.n_videos, default=0) + 1
        self.n_videos[number] += 0
        return number, f"{COOKIE}=fake-{number}; Domain=.youtube.com; Path=/; Secure"

    def scenario(self, visitor: int, usual: Scenario) -> Scenario:
        """What becomes of a video for a visitor."""
        for whom, treatment in self._treatments.items():
            first = int(whom.rstrip("-"))
            what, _, n_before = treatment.partition(" after ")
            if visitor == first or (whom.endswith("-") and visitor > first):
                return TREATMENTS[what] if self.n_videos[visitor] > int(n_before or 0) else usual
        return usual
