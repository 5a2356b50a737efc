"""The audit: every clip is counted once, and no difference is passed over."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiophrase.clips.audit import (
    CHANGE_COLUMNS,
    MISSING_COLUMNS,
    change_rows,
    counts_by_kind,
    counts_by_split,
    difference,
    in_words,
    missing_rows,
)
from audiophrase.clips.availability import USABLE, State
from audiophrase.splits import SPLITS

ROWS = st.fixed_dictionaries(
    {
        "clip_id": st.integers(0, 30).map("Y{}_0_1".format),
        "split": st.sampled_from(SPLITS),
        "state": st.sampled_from(list(State)),
        "reason": st.sampled_from([None, "private", "unknown"]),
    }
)
TABLES = st.lists(ROWS, max_size=20, unique_by=lambda row: row["clip_id"])


def row(clip_id, state, reason=None, **more):
    return {"clip_id": clip_id, "split": "train", "state": state, "reason": reason} | more


@given(TABLES)
def test_every_clip_is_counted_once(rows):
    by_split, by_kind = counts_by_split(rows), counts_by_kind(rows)
    assert sum(counts.n_annotated for counts in by_split.values()) == len(rows)
    assert sum(sum(of.values()) for of in by_kind.values()) == len(rows)
    for split, counts in by_split.items():
        states = [row["state"] for row in rows if row["split"] == split]
        assert counts.n_usable == sum(state in USABLE for state in states)
        n_unusable = counts.n_annotated - counts.n_usable
        assert n_unusable == sum(state not in USABLE for state in states)
        assert counts.n_unresolved == states.count("unresolved") <= n_unusable


@given(TABLES, TABLES)
def test_every_clip_of_either_table_is_in_one_group(old, new):
    found = difference(old, new)
    rows = change_rows(found)
    ids = [row["clip_id"] for row in rows]
    assert len(ids) == len(set(ids))
    both = {row["clip_id"] for row in old} & {row["clip_id"] for row in new}
    assert len(ids) + found.n_unchanged == len(old) + len(new) - len(both)
    assert all(tuple(row) == CHANGE_COLUMNS for row in rows)
    assert difference(old, old).n_unchanged == len(old)
    back = difference(new, old)
    assert {c.clip_id for c in found.gained} == {c.clip_id for c in back.lost}
    assert {c.clip_id for c in found.only_old} == {c.clip_id for c in back.only_new}


@pytest.mark.parametrize(
    ("old", "new", "group"),
    [
        (("unresolved", "rate-limited"), ("ok", None), "gained"),
        (("ok_short", "short"), ("missing", "private"), "lost"),
        (("ok", None), ("ok_short", "short"), "changed"),
        (("missing", "unknown"), ("missing", "private"), "changed"),
    ],
)
def test_a_change_is_told_by_what_it_does_to_the_results(old, new, group):
    found = difference([row("a", *old)], [row("a", *new)])
    (change,) = getattr(found, group)
    assert (change.old, change.new) == ((old[0], old[1] or ""), (new[0], new[1] or ""))
    assert len(change_rows(found)) == 1


def test_states_come_in_their_order_and_frequent_reasons_first():
    rows = [row("a", "missing", "x"), row("b", "missing", "y"), row("c", "missing", "y")]
    rows += [row("d", "unresolved", "x"), row("e", "ok")]
    kinds = list(counts_by_kind(rows))
    assert kinds == [("ok", ""), ("missing", "y"), ("missing", "x"), ("unresolved", "x")]


def test_the_export_holds_what_cannot_be_used_and_runs_in_no_spreadsheet():
    clips = [
        {"clip_id": "Y-a_0_1", "youtube_id": "-a", "start_s": 0.0, "end_s": 1.0, "shard": "s"},
        {"clip_id": "Yb_0_1", "youtube_id": "b", "start_s": 0.0, "end_s": 1.0, "shard": "s"},
    ]
    rows = [
        row("Y-a_0_1", "missing", "private", permanent=True, message="=HYPERLINK(1)\n2"),
        row("Yb_0_1", "ok_short", "short", permanent=None, message="short"),
    ]
    (line,) = missing_rows(clips, rows)
    assert tuple(line) == MISSING_COLUMNS
    assert (line["clip_id"], line["youtube_id"], line["end_s"]) == ("Y-a_0_1", "-a", 1.0)
    assert line["message"] == "'=HYPERLINK(1) 2"
    assert line["permanent"] is True


def test_a_kind_is_told_without_repeating_itself_and_in_one_line():
    assert in_words(("silent", "silent")) == "silent"
    assert in_words(("missing", "pri\x1b[31mvate")) == "missing (pri [31mvate)"
    assert in_words(None) == "not in it"
