"""The tables of a study: rows of its sets, told apart and traceable."""

import pyarrow as pa
import pytest

from audiophrase.annotations.schemas import CAPTIONS_SCHEMA, CLIPS_SCHEMA, PHRASES_SCHEMA
from audiophrase.annotations.study import merge
from audiophrase.errors import AnnotationError

ACROSS = {"train": ["a"], "val": ["a"], "test": ["b"]}


def tables(*clips, with_phrases=True):
    """A set with a caption and a phrase for each (split, clip id); captions counted from 0."""
    rows = [
        {"clip_id": clip_id, "split": split, "caption_id": str(n), "phrase_id": f"{n}-0"}
        for n, (split, clip_id) in enumerate(clips)
    ]
    schemas = {"clips": CLIPS_SCHEMA, "captions": CAPTIONS_SCHEMA, "phrases": PHRASES_SCHEMA}
    made = {name: pa.Table.from_pylist(rows, schema) for name, schema in schemas.items()}
    return made if with_phrases else made | {"phrases": made["phrases"].slice(0, 0)}


def column(table, *names):
    return list(zip(*(table[name].to_pylist() for name in names), strict=True))


def test_rows_of_each_split_come_from_its_set_and_ids_do_not_collide():
    a = tables(("train", "x"), ("val", "y"), ("test", "unused"), with_phrases=False)
    b = tables(
        ("train", "unused"), ("test", "x")
    )  # the same clip in train of the one, test of the other
    merged = merge(ACROSS, {"a": a, "b": b})
    assert column(merged["clips"], "dataset", "split", "clip_id") == [
        ("a", "train", "x"),
        ("a", "val", "y"),
        ("b", "test", "x"),
    ]
    assert merged["captions"]["caption_id"].to_pylist() == ["a:0", "a:1", "b:1"]
    assert column(merged["phrases"], "phrase_id", "caption_id", "dataset") == [
        ("b:1-0", "b:1", "b")
    ]


def test_phrases_are_left_out_where_the_test_set_has_none():
    a = tables(("train", "x"), ("val", "y"))
    merged = merge(ACROSS, {"a": a, "b": tables(("test", "z"), with_phrases=False)})
    assert merged["phrases"].num_rows == 0
    assert merged["captions"].num_rows == 3


def test_a_set_without_clips_in_its_split_is_refused():
    with pytest.raises(AnnotationError, match="'b' has no clips in its split test"):
        merge(ACROSS, {"a": tables(("train", "x"), ("val", "y")), "b": tables(("train", "z"))})


def test_several_sets_of_a_split_may_not_name_a_clip_alike():
    splits = {"train": ["a", "b"], "val": ["a"], "test": ["b"]}
    a, b = tables(("train", "x"), ("val", "y")), tables(("train", "z"), ("test", "t"))
    merged = merge(splits, {"a": a, "b": b})
    assert column(merged["clips"], "dataset", "clip_id")[:2] == [("a", "x"), ("b", "z")]
    b = tables(("train", "x"), ("test", "t"))
    with pytest.raises(AnnotationError, match="clip x in the split train of both a and b"):
        merge(splits, {"a": a, "b": b})
