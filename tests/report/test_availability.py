"""The audit as tables: counts beside the paper's, and differences."""

import re

import pytest

from audiophrase.clips.audit import difference
from audiophrase.report.availability import (
    UNRESOLVED_NOTE,
    availability_table,
    difference_blocks,
)
from audiophrase.report.cells import RENDERED_NOTE
from audiophrase.report.terminal import plain_text


def block(table, heading):
    (found,) = [of.cells for of in table.blocks if of.heading == heading]
    return found


@pytest.fixture
def unresolved(availability):
    """With one more clip, of which nothing is known."""
    more = {"clip_id": "g", "state": "unresolved", "reason": "rate-limited", "source": "youtube"}
    return [*availability, availability[0] | more]


def test_every_split_stands_beside_the_papers_counts(unresolved):
    cells = block(
        availability_table(unresolved, audio="recorded", beside_paper=True), "By split"
    ).set_index("split")
    assert cells.loc["train"].to_dict() == {
        "usable": "2 of 4 (50.0 %)",
        "usable, published": "4,253 of 4,489 (94.7 %)",
        "of them short": "1",
        "unusable": "2",
        "unusable, published": "236",
        "of them unresolved": "1",
    }
    assert cells.loc["all", "usable"] == "4 of 7 (57.1 %)"
    assert cells.loc["all", "usable, published"] == "4,350 of 4,590 (94.8 %)"
    assert cells["unusable, published"].to_list() == ["236", "1", "3", "240"]


def test_the_papers_counts_stand_beside_its_own_clips_alone(unresolved):
    cells = block(availability_table(unresolved, audio="recorded", beside_paper=False), "By split")
    assert list(cells) == ["split", "usable", "of them short", "unusable", "of them unresolved"]


def test_states_and_reasons_are_counted_by_split(unresolved):
    table = availability_table(unresolved, audio="recorded", beside_paper=True)
    cells = block(table, "By state and reason")
    assert cells[["state", "reason", "usable", "train", "test", "all"]].to_numpy().tolist() == [
        ["ok", "", "yes", "1", "1", "3"],
        ["ok_short", "", "yes", "1", "0", "1"],
        ["silent", "", "no", "0", "1", "1"],
        ["missing", "account-terminated", "no", "1", "0", "1"],
        ["unresolved", "rate-limited", "no", "1", "0", "1"],
    ]
    assert table.tidy["clips"].sum() == len(unresolved)


def test_several_sources_are_told_apart_and_one_is_not(availability, unresolved):
    cells = block(availability_table(unresolved, audio="recorded", beside_paper=True), "By source")
    assert cells.set_index("source").loc["youtube", "train"] == "0 of 1 (0.0 %)"
    alone = availability_table(availability, audio="recorded", beside_paper=True)
    assert [of.heading for of in alone.blocks] == ["By split", "By state and reason"]


def test_what_unresolved_means_and_that_audio_is_rendered_is_noted(availability, unresolved):
    assert availability_table(unresolved, audio="recorded", beside_paper=True).notes == (
        UNRESOLVED_NOTE,
    )
    assert availability_table(availability, audio="rendered", beside_paper=True).notes == (
        RENDERED_NOTE,
    )


def test_changes_are_counted_and_listed(availability):
    new = [row | {"state": "ok", "reason": None} for row in availability if row["clip_id"] != "a"]
    blocks = {of.heading: of.cells for of in difference_blocks(difference(availability, new))}
    counts = blocks["Changes"].set_index("change")
    assert counts.loc["became available"].to_list() == ["1", "0", "1", "2"]
    assert counts.loc["only in the old table", "all"] == "1"
    gained = blocks["Became available: 2"].set_index("clip")
    assert gained.loc["c"].to_list() == ["train", "missing (account-terminated)", "ok"]
    assert len(difference_blocks(difference(availability, availability))) == 1


def test_a_long_list_is_cut_and_says_so(availability):
    old = [availability[0] | {"clip_id": f"{n}"} for n in range(9)]
    new = [row | {"state": "missing"} for row in old]
    listed = difference_blocks(difference(old, new), max_listed=4)[1]
    assert listed.heading == "Lost: 9 (the first 4 of them)"
    assert len(listed.cells) == 4


def test_columns_of_plain_text_are_aligned(availability):
    table = availability_table(availability, audio="recorded", beside_paper=True)
    lines = plain_text(block(table, "By split")).splitlines()
    assert lines[0].startswith("split ")
    assert len({len(line) for line in lines}) == 1
    assert re.match(r"all  +4 of 6", lines[-1])
