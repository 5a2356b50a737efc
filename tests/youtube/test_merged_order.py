"""Tables merged: each keeps its order whatever its clock said, and a clip that was had stays had."""

from itertools import permutations

import pytest
from labs import DAY, attempt, labs

from audiophrase.clips.availability import State
from audiophrase.youtube.history import FETCHED, fold
from audiophrase.youtube.merge import merge
from audiophrase.youtube.union import united

CLIP = "Ya_0_10000"


def days(rows):
    return [(row["tried_utc"] - DAY).days for row in rows]


def test_a_lab_s_own_order_holds_whatever_its_clock_said():
    """It found the clip missing with a clock ahead, and fetched it afterwards."""
    one = [attempt("a", "removed", 20), attempt("a", "ok", 5)]
    merged = merge(labs(one=one, two=[attempt("b", "ok", 1)]))
    assert fold(one)[CLIP].state == State.OK
    assert merged.by_lab["one"][CLIP].state == merged.together[CLIP].state == State.OK
    assert merged.disagreements == ()
    assert fold(merged.rows)[CLIP].state == State.OK
    for two in ([attempt("a", "private", 10)], [attempt("a", "private", 3)]):
        merged = merge(labs(one=one, two=two))
        (disagreement,) = merged.disagreements
        assert [said.history.state for said in disagreement.statements] == ["ok", "restricted"]
        assert merged.together[CLIP].state == State.OK


def test_tables_without_a_wrong_clock_are_one_in_time():
    one = [attempt("a", "bot", day) for day in (0, 4, 6)]
    two = [attempt("a", "bot", day) for day in (1, 5)]
    for tables in permutations([one, two]):
        assert days(united(tables)) == [0, 1, 4, 5, 6]


def test_an_attempt_in_several_tables_stands_where_all_of_them_have_it():
    shared = attempt("a", "bot", 20)
    one = [shared, attempt("a", "ok", 5)]
    two = [attempt("a", "removed", 19), shared, attempt("a", "private", 21)]
    for tables in permutations([one, two]):
        assert days(united(tables)) == [19, 20, 5, 21]


def test_tables_whose_orders_contradict_each_other_lose_nothing():
    rows = [attempt("a", "bot", day) for day in range(4)]
    assert sorted(days(united([rows, rows[::-1]]))) == [0, 1, 2, 3]
    assert len(united([rows, rows[::-1], rows[1:] + rows[:1]])) == 4


FAILURES = {
    "two bare answers": [attempt("a", "bare", 5), attempt("a", "bare", 7)],
    "a cause of the run": [attempt("a", "bot", 5)],
    "often enough to be tried to the end": [attempt("a", "bot", day) for day in (5, 6, 7)],
    "removed": [attempt("a", "removed", 5)],
    "damaged, then another country": [attempt("a", "corrupt", 4), attempt("a", "country", 5)],
}
HAD = {
    "once": [attempt("a", "ok", 1)],
    "then lost": [attempt("a", "ok", 1), attempt("a", "bot", 2)],
}


@pytest.mark.parametrize("had", HAD.values(), ids=HAD)
@pytest.mark.parametrize("failures", FAILURES.values(), ids=FAILURES)
def test_a_clip_that_any_lab_could_fetch_is_fetched(failures, had):
    merged = merge(labs(one=failures, two=had))
    together = merged.together[CLIP]
    assert (together.state, together.n_failures) == (State.OK, 0)
    assert fold(merged.rows) == merged.together
    again = merge([*labs(merged=merged.rows), *labs(one=failures)])
    assert again.together[CLIP].state in FETCHED


def test_attempts_before_a_fetch_stay_as_they_were():
    rows = [attempt("a", "bot", 1), attempt("a", "ok", 2)]
    assert list(merge(labs(one=rows, two=[attempt("a", "ok", 3)])).rows)[:2] == rows


def test_the_answer_that_decided_is_the_one_that_is_shown():
    """Of two bare answers the second; of equal verdicts the latest that counts."""

    def shown(*rows):
        two = [attempt("a", "ok", -1)]
        (disagreement,) = merge(labs(one=rows, two=two)).disagreements
        return days([disagreement.statements[0].row])

    bare = [attempt("a", "bare", day) for day in (1, 3)]
    assert shown(*bare) == [3]
    assert shown(*bare, attempt("a", "bot", 4)) == [3]
    removed = [attempt("a", "removed", day) for day in (1, 2)]
    assert shown(*removed) == [2]
    assert shown(*removed, attempt("a", "removed", 3, committed=False)) == [2]
    assert shown(attempt("a", "bot", 0), *removed, attempt("a", "bot", 3)) == [2]


def test_what_has_no_time_comes_first():
    untimed = attempt("a", "removed") | {"tried_utc": None}
    assert united([[attempt("a", "ok", -9999)], [untimed]])[0] == untimed
