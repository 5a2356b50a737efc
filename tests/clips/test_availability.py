"""The availability record: every clip is a row, and what is not known is null."""

from collections import Counter

import pytest

from audiophrase.clips.availability import (
    ATTEMPTS_SCHEMA,
    AVAILABILITY_SCHEMA,
    USABLE,
    State,
    tables,
)
from audiophrase.errors import ArtifactError

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
    return tables(iter(CLIPS), SHARD_ROWS, source="local", versions="av 1")


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
    availability, attempts = tables(CLIPS[:2], SHARD_ROWS, source="rendered", versions="x 1")
    assert availability.num_rows == attempts.num_rows == 2


def test_a_clip_that_no_shard_holds_is_not_passed_over():
    with pytest.raises(ArtifactError, match=CLIPS[0]["clip_id"]):
        tables(CLIPS, {}, source="local", versions="av 1")
