"""What a history costs: evidence is weighed where it can matter, and many clips take no square."""

from datetime import UTC, datetime, timedelta

import pytest

from audiophrase.youtube import history, verdict, view
from audiophrase.youtube.evidence import Evidence, PlayerAnswer
from audiophrase.youtube.history import fold

START = datetime(2026, 1, 1, tzinfo=UTC)
UNSAID = "something else that nobody knows, at length"
BARE = "Video unavailable"


def row(index, *errors, reason="unknown", answers=()):
    return {
        "clip_id": f"YAAAAAAAAAAA_{index}_1",
        "tried_utc": START + timedelta(days=index),
        "state": "unresolved",
        "reason": reason,
        "committed": True,
        "evidence": Evidence("page", answers=answers, errors=errors).to_json(),
    }


@pytest.fixture
def judged(monkeypatch):
    """The evidence that was judged, and how many texts were read for it."""
    seen = []
    monkeypatch.setattr(history, "judge", lambda e: seen.append(e) or verdict.judge(e))
    return seen


def test_evidence_that_says_more_than_unavailable_is_not_judged(judged):
    fold([row(index, f"{UNSAID} {index}", BARE) for index in range(5)])
    fold([row(index, BARE, f"{UNSAID} {index}") for index in range(5)])
    says = PlayerAnswer("tv", "ERROR", UNSAID, None, None, 0)
    fold([row(index, BARE, answers=[says]) for index in range(5)])
    assert judged == []
    histories = fold([row(0, BARE)])
    assert (len(judged), histories[row(0)["clip_id"]].bare_utc) == (1, START)


def test_evidence_is_not_even_read_where_nothing_was_unavailable(monkeypatch):
    read = []

    class Read(Evidence):
        @classmethod
        def from_json(cls, text):
            read.append(text)
            return super().from_json(text)

    monkeypatch.setattr(history, "Evidence", Read)
    limited = row(0, "HTTP Error 429", reason="rate-limited")
    fold([limited] * 5)
    assert read == []
    fold([row(0, BARE), limited])
    assert len(read) == 2, "a sign of life takes an answer back"


def test_of_many_clips_that_lie_here_each_is_looked_at_once(monkeypatch):
    """Thousands of clips, each fetched and then found missing: a square would take minutes."""
    n_compared = 0

    class Index(int):
        __hash__ = int.__hash__

        def __eq__(self, other):
            nonlocal n_compared
            n_compared += 1
            return int(self) == int(other)

    def counted(items):
        return ((Index(number), item) for number, item in enumerate(items))

    monkeypatch.setattr(view, "enumerate", counted, raising=False)
    rows = []
    for index in range(200):
        gone = row(index) | {"state": "missing", "permanent": True}
        rows += [gone | {"state": "ok", "sha256": "a"}, gone]
    settled = view.settle(rows, {r["clip_id"]: "a" for r in rows})
    assert [r["state"] for r in settled] == ["missing", "ok"] * 200
    assert n_compared < 10 * len(rows)
