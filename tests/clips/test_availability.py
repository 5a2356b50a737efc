"""The availability record: every clip is a row, and what is not known is null."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from audiophrase.clips.availability import (
    ATTEMPTS_SCHEMA,
    AVAILABILITY_SCHEMA,
    USABLE,
    State,
    attempts_table,
    availability_table,
)
from audiophrase.errors import ArtifactError
from audiophrase.youtube.history import ClipHistory

CLIPS = [
    {"clip_id": f"Y{state}_0_10000", "split": ("train", "val", "test")[i % 3], "shard": "?"}
    for i, state in enumerate(State)
]
SHARD_ROWS = {
    clip["clip_id"]: {
        "clip_id": clip["clip_id"],
        "state": state,
        "reason": None if state in USABLE else "why",
        "message": f"message {state}",
    }
    for clip, state in zip(CLIPS, State, strict=True)
}


@pytest.fixture(scope="module")
def records():
    availability = availability_table(iter(CLIPS), SHARD_ROWS, source="local")
    return availability, attempts_table(availability, versions="av 1")


def test_every_clip_is_a_row_in_the_order_of_the_clips(records):
    availability, attempts = records
    assert availability.schema.equals(AVAILABILITY_SCHEMA)
    assert attempts.schema.equals(ATTEMPTS_SCHEMA)
    for table in records:
        rows = table.to_pylist()
        assert [row["clip_id"] for row in rows] == [clip["clip_id"] for clip in CLIPS]
        assert [row["state"] for row in rows] == list(State)
        assert [row["message"] for row in rows] == [f"message {state}" for state in State]
        assert {row["source"] for row in rows} == {"local"}
    assert Counter(availability["split"].to_pylist()) == {"train": 3, "val": 3, "test": 3}


def test_only_a_missing_clip_is_so_for_good(records):
    availability, _ = records
    permanent = dict(
        zip(*(availability[c].to_pylist() for c in ("state", "permanent")), strict=True)
    )
    assert permanent == {
        "ok": None,
        "ok_short": None,
        "silent": False,
        "corrupt": False,
        "missing": True,
        "restricted": False,
        "geo_blocked": False,
        "upcoming": False,
        "unresolved": False,
    }


def test_one_attempt_each_and_no_time_where_no_network_was_asked(records):
    availability, attempts = records
    assert set(availability["attempts"].to_pylist()) == {1}
    assert set(attempts["number"].to_pylist()) == {1}
    for table, column in (
        (availability, "first_tried_utc"),
        (availability, "last_tried_utc"),
        (attempts, "tried_utc"),
    ):
        assert table[column].null_count == len(CLIPS)


def test_clips_of_other_data_sets_in_the_shards_add_no_row():
    assert availability_table(CLIPS[:2], SHARD_ROWS, source="rendered").num_rows == 2


def test_a_clip_that_no_shard_holds_is_not_passed_over():
    with pytest.raises(ArtifactError, match=CLIPS[0]["clip_id"]):
        availability_table(CLIPS, {}, source="local")


def history(n_attempts, first, last, state, *, permanent):
    return ClipHistory(
        "Yok_0_10000",
        state=State(state),
        permanent=permanent,
        n_attempts=n_attempts,
        first_tried_utc=first,
        last_tried_utc=last,
    )


FIRST, LAST = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 3))


def asked(state, known, **columns):
    """The row of a clip whose shard says `state` and whose history is the one given."""
    clip, row = CLIPS[0], {"clip_id": CLIPS[0]["clip_id"], "reason": "r", "message": "m"}
    table = availability_table(
        [clip],
        {clip["clip_id"]: row | {"state": state} | columns},
        source="youtube",
        histories={clip["clip_id"]: known} if known else {},
    )
    return table.to_pylist()[0]


def test_the_history_of_a_clip_that_was_asked_for_stands_in_its_row():
    row = asked("missing", history(4, FIRST, LAST, "missing", permanent=True))
    assert (row["attempts"], row["permanent"], row["source"]) == (4, True, "youtube")
    assert (row["first_tried_utc"], row["last_tried_utc"]) == (FIRST, LAST)


@pytest.mark.parametrize(
    ("state", "verdict", "for_good", "permanent"),
    [
        ("ok", "ok", False, None),
        ("ok_short", "ok", False, None),
        ("silent", "ok", False, False),
        ("corrupt", "ok", False, False),
        ("missing", "missing", False, False),  # seen once, not yet for good
        ("restricted", "restricted", True, True),
        ("unresolved", "missing", True, False),  # the shard is what all later stages see
    ],
)
def test_only_a_permanent_verdict_on_what_was_not_fetched_is_for_good(
    state, verdict, for_good, permanent
):
    row = asked(state, history(1, FIRST, FIRST, verdict, permanent=for_good))
    assert row["state"] == state
    assert row["permanent"] is permanent


def test_a_clip_that_was_never_asked_for_has_no_attempt_and_no_verdict_for_good():
    row = asked("unresolved", None)
    assert (row["attempts"], row["permanent"], row["last_tried_utc"]) == (0, False, None)


def test_a_clip_of_a_folder_beside_youtube_is_a_local_one():
    row = asked("ok", None, source="local")
    assert (row["source"], row["attempts"], row["first_tried_utc"]) == ("local", 1, None)


def test_messages_are_one_line_without_characters_that_steer_a_terminal():
    row = asked("missing", None, message="Video\nunavailable\x1b[2J \u202e now")
    assert row["message"] == "Video unavailable [2J now"
