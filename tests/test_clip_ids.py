"""Names: known values, and stable shards."""

import hashlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiophrase.clip_ids import (
    clip_id,
    is_clip_id,
    parse_filename,
    shard_name,
    shard_names,
    whole_clip_id,
)

WORDS = st.text("ab0_-Y", min_size=1, max_size=6)
YOUTUBE_IDS = st.text("aY01_-", min_size=11, max_size=11)
TIMES = st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda t: (t[0], t[0] + t[1]))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-8fIMIkzTw3", 105.0, 115.0), "Y-8fIMIkzTw3_105000_115000"),
        (("a_b", 0, 9.29), "Ya_b_0_9290"),
        (("x", 0.0005, 1.0006), "Yx_0_1001"),  # 0.5 goes to the even number
        (("x", 4.35, 8.7), "Yx_4350_8700"),  # 4.35 * 1000 is 4350 - 1e-12 in binary
    ],
)
def test_clip_ids_carry_milliseconds(arguments, expected):
    assert clip_id(*arguments) == expected


def test_file_names_are_parsed_from_the_right():
    assert parse_filename("_1_2_3_4.5.wav") == ("_1_2", 3.0, 4.5)
    assert parse_filename("-8fIMIkzTw3_105.000_115.000.webm") == ("-8fIMIkzTw3", 105.0, 115.0)


@given(identifier=YOUTUBE_IDS | WORDS, times=TIMES)
def test_file_names_give_back_what_they_were_made_of(identifier, times):
    start_s, end_s = times
    assert parse_filename(f"{identifier}_{start_s}.000_{end_s}.wav") == (identifier, start_s, end_s)


@pytest.mark.parametrize(
    "name", ["", "a_1_2", "a.b_1_2.wav", "a/b_1_2.wav", "_1_2.wav", "a_2_1.wav", "a_1_1e3.wav"]
)
def test_other_file_names_are_refused(name):
    with pytest.raises(ValueError, match=r"is not of the form|ends before it starts"):
        parse_filename(name)


def test_shards_never_move():
    """Renaming a shard would make every lab fetch its clips again."""
    assert shard_name("Y-8fIMIkzTw3_105000_115000", "train", 70) == "train-00024"
    digest = hashlib.sha256(b"Ya_0_10000").hexdigest()
    assert shard_name("Ya_0_10000", "val", 7) == f"val-{int(digest[:16], 16) % 7:05d}"


def test_shards_are_balanced():
    counts = Counter(shard_name(f"Yclip{i:06d}_0_10000", "train", 16) for i in range(6400))
    assert sorted(counts) == shard_names({"train": 16})
    assert all(abs(n - 400) < 4 * 400**0.5 for n in counts.values())


def test_one_more_clip_changes_one_shard():
    def shards(n_clips):
        members = {}
        for i in range(n_clips):
            members.setdefault(shard_name(f"Y{i}_0_10000", "train", 8), []).append(i)
        return members

    before, after = shards(200), shards(201)
    assert sum(before.get(name) != after[name] for name in after) == 1


def test_all_shards_are_named_before_anything_is_parsed():
    names = shard_names({"train": 2, "val": 1, "test": 1})
    assert names == ["train-00000", "train-00001", "val-00000", "test-00000"]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("Ya-b_0_10000", True),
        ("Ya-b", True),  # a whole file
        ("Y2023_06_15", True),
        ("a-b_0_10000", False),
        ("Y", False),
        ("Y../x", False),
        ("Ya b", False),
    ],
)
def test_clip_ids_can_be_part_of_a_files_name(text, is_one):
    assert is_clip_id(text) == is_one
    assert whole_clip_id("a-b") == "Ya-b"
