"""Merging what was merged: in whatever order, and however often, it comes to the same."""

import random
from datetime import timedelta
from itertools import permutations

import pytest
from labs import VERDICTS, attempt, labs

from audiophrase.youtube.merge import EARLIER, PERMANENCE, merge

CLIP = "Ya_0_10000"
GONE, MEMBERS = [attempt("a", "removed", 31)], [attempt("a", "age", 4)]
SAID = ("ok", "bot", *VERDICTS)


def together(*tables):
    return merge(labs(**{f"lab {number}": rows for number, rows in enumerate(tables)}))


@pytest.mark.parametrize("evidence", [True, False])
def test_a_dispute_once_seen_stays_weak(evidence):
    one, two = (
        [row if evidence else row | {"evidence": None} for row in t] for t in (GONE, MEMBERS)
    )
    merged = together(one, two)
    assert merged.together[CLIP].permanent is False
    for third, kinds in (
        ([attempt("c", "ok")], (EARLIER,)),
        (one, (PERMANENCE,)),
        (two, (PERMANENCE,)),
        ([attempt("a", "removed", 40)], (PERMANENCE,)),
    ):
        again = together(merged.rows, third)
        assert not any(row["permanent"] for row in again.rows)
        (disagreement,) = again.disagreements
        assert third == two or disagreement.kinds == kinds


def test_a_dispute_stays_weak_where_todays_rules_read_another_reason():
    (row,) = GONE
    old = row | {"reason": "account-terminated", "permanent": False}
    assert [r["permanent"] for r in together([old], [attempt("c", "ok")]).rows] == [None, False]
    # What was unresolved by an old rule was no dispute.
    old = row | {"state": "unresolved", "reason": "unknown", "permanent": False}
    assert [r["permanent"] for r in together([old], [attempt("c", "ok")]).rows] == [None, True]


def test_what_one_table_took_back_of_an_attempt_no_other_restores():
    weak = [row | {"permanent": False, "evidence": None, "reason": "other"} for row in GONE]
    later = [attempt("a", "age", 40)]  # decides, so that the tables say the same
    strong = [row | {"permanent": True} for row in weak]
    for one, two in permutations([weak, strong]):
        assert [row["permanent"] for row in together(one + later, two + later).rows] == [False] * 2


def table(seed: int) -> list[dict]:
    """What a lab says of clips, in few seconds; evidence may lack, as in a CSV file."""
    rng = random.Random(seed)
    rows = []
    for clip in rng.sample("abcde", k=rng.randint(1, 5)):
        row = attempt(clip, rng.choice(SAID), number=rng.choice([1, 2]))
        row["tried_utc"] += timedelta(seconds=rng.randint(0, 2))
        row |= {"sha256": f"{seed}"} if row["state"] == "ok" else {}
        rows.append(row | ({"evidence": None} if rng.random() < 0.3 else {}))
        if row["state"] == "ok" and rng.random() < 0.3:  # and was lost
            rows.append(attempt(clip, "bot", 1))
    return sorted(rows, key=lambda row: row["tried_utc"])


@pytest.mark.parametrize("seed", range(0, 300, 3))
def test_the_order_of_tables_and_of_merges_plays_no_part(seed):
    tables = [table(seed), table(seed + 1), table(seed + 2)]
    expected = together(*tables).rows
    for one, two, three in permutations(tables):
        assert together(one, two, three).rows == expected
        pair = together(one, two).rows
        assert together(pair, three).rows == expected
        assert together(pair, one).rows == together(pair, pair).rows == pair
