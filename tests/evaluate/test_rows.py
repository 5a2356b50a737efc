"""Rows: their names and numbers, the way to disk and back, and the nested numbers made of them."""

from dataclasses import replace

import pyarrow as pa
import pytest

from audiophrase.evaluate.rows import (
    RUN_SCHEMA,
    SCHEMA,
    Row,
    fact,
    facts,
    from_table,
    only,
    select,
    to_table,
)
from audiophrase.evaluate.summary import retrieval_summary, sed_summary

BOOTSTRAP = {"confidence": 0.95, "n_resamples": 100}


def row(task, measure, parameter=None, value=0.5, **named):
    return Row(task=task, measure=measure, parameter=parameter, value=value, **named)


@pytest.mark.parametrize(
    ("task", "measure", "parameter", "name"),
    [
        ("retrieval", "recall", 5.0, "r5"),
        ("retrieval", "map", 10, "map10"),
        ("retrieval", "median_rank", None, "median_rank"),
        ("retrieval", "recall", 1_000_000, "r1000000"),
        ("sed", "f1", 0.5, "f1_at_0.5"),
        ("sed", "recall", 1.0, "recall_at_1"),
        ("sed", "best_f1", None, "best_f1"),
    ],
)
def test_measure_and_parameter_make_the_key_of_the_nested_numbers(task, measure, parameter, name):
    assert row(task, measure, parameter).name == name


def test_counts_are_whole_and_shares_are_not():
    rows = facts("sed", "partial", {"n_clips": 3, "active_below": 1.0, "prevalence": 0.0})
    rows += facts("retrieval", "pool", {"pool_size": 30}) + facts("dataset", "val", {"clips": 7})
    numbers = [found.number for found in rows]
    assert numbers == [3, 1.0, 0.0, 30, 7]
    assert [type(number) for number in numbers] == [int, float, float, int, int]


def test_rows_come_back_from_a_table_with_their_nulls():
    rows = [
        row("sed", "f1", 0.5, 0.1 + 0.2, part="all", scores="mean", low=0.25, high=0.5, n=30),
        row("retrieval", "recall", 1.0, part="pool", scores="chance"),
        *facts("sed", None, BOOTSTRAP),
    ]
    table = to_table(rows, RUN_SCHEMA)
    assert table.schema == RUN_SCHEMA
    assert from_table(table) == rows
    assert set(SCHEMA.names) - set(RUN_SCHEMA.names) == {"audio", "variant", "seed"}
    assert table["n"].to_pylist() == [30, None, None, None]
    assert table["sd"].null_count == 4
    with pytest.raises(pa.ArrowInvalid):
        to_table([row("sed", "f1", value="much")])


def test_rows_are_found_by_what_they_are():
    rows = [row("sed", "f1", scores=name, part="all", value=n) for n, name in enumerate("ab")]
    assert [found.value for found in select(rows, task="sed", measure="f1")] == [0, 1]
    assert only(rows, scores="b") is rows[1]
    assert only(rows, scores="c") is None
    assert fact(rows, "sed", "f1", "all") is None  # whose scores are named is no fact


def of_retrieval():
    drawn = {"part": "pool", "scores": "audio_to_caption"}
    full = {"part": "full_pool", "scores": "audio_to_caption"}
    return [
        *facts("retrieval", None, {"n_clips": 3, "n_captions": 6, **BOOTSTRAP}),
        *facts("retrieval", "pool", {"pool_size": 2, "n_repeats": 4}),
        row("retrieval", "recall", 1, 0.25, sd=0.125, low=0.0, high=0.5, **drawn),
        row("retrieval", "recall", 1, 0.5, part="pool", scores="chance"),
        row("retrieval", "map", 10, 0.75, **full),
        row("retrieval", "median_rank", None, 2.0, low=1.0, high=3.0, **full),
    ]


def test_retrieval_nests_by_direction_and_name():
    assert retrieval_summary(of_retrieval()) == {
        "n_clips": 3,
        "n_captions": 6,
        "pool_size": 2,
        "n_repeats": 4,
        "audio_to_caption": {"r1": {"mean": 0.25, "sd": 0.125}},
        "chance": {"r1": 0.5},
        "full_pool": {"audio_to_caption": {"map10": 0.75, "median_rank": 2.0}},
        "intervals": {
            "confidence": 0.95,
            "n_resamples": 100,
            "pool": {"audio_to_caption": {"r1": {"low": 0.0, "high": 0.5}}},
            "full_pool": {"audio_to_caption": {"median_rank": {"low": 1.0, "high": 3.0}}},
        },
    }


def test_detection_nests_by_scores_and_its_part_below():
    def of_part(part, n_phrases):
        counts = {"n_clips": 2, "n_phrases": n_phrases, "n_frames": 20, "prevalence": 0.5}
        return [
            *facts("sed", part, counts),
            row("sed", "f1", 0.5, 0.625, part=part, scores="mean", low=0.5, high=0.75),
            row("sed", "best_f1", part=part, scores="random"),
        ]

    every = [*facts("sed", None, BOOTSTRAP), *of_part("all", 4)]
    part = [*facts("sed", "partial", {"active_below": 0.5}), *of_part("partial", 1)]
    nested = {
        "n_clips": 2,
        "n_phrases": 4,
        "n_frames": 20,
        "prevalence": 0.5,
        "measures": {"mean": {"f1_at_0.5": 0.625}, "random": {"best_f1": 0.5}},
        "intervals": {
            **BOOTSTRAP,
            "mean": {"f1_at_0.5": {"low": 0.5, "high": 0.75}},
            "random": {},
        },
    }
    assert sed_summary(every) == nested
    below = {"active_below": 0.5, **nested, "n_phrases": 1}
    assert sed_summary(every + part) == {**nested, "partial": below}


def test_what_evaluation_was_restricted_to_is_said():
    counts = facts("retrieval", None, {"n_clips_here": 5, "n_clips_common": 3})
    rows = [replace(found, only_clips_of="ab") for found in (*counts, *of_retrieval())]
    said = {"only_clips_of": "ab", "n_clips_here": 5, "n_clips_common": 3}
    assert retrieval_summary(rows) == retrieval_summary(of_retrieval()) | said
    assert "n_clips_here" not in retrieval_summary(of_retrieval())


def test_without_rows_of_detection_nothing_was_detected():
    nothing = {"n_clips": 0, "n_phrases": 0, "n_frames": 0, "measures": {}}
    assert sed_summary(of_retrieval()) == nothing
