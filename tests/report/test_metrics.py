"""The nested numbers: each in its place, and the first seed of the paper's variant on top."""

import json
from dataclasses import replace

import pytest

from audiophrase.evaluate.rows import from_table, to_table
from audiophrase.report.metrics import metrics


def test_counts_are_of_clips_with_usable_audio(make_measures):
    counts = metrics(make_measures())["dataset"]
    assert counts["train"] == {
        "annotated": 3,
        "clips": 2,  # a short clip is used
        "captions": 2,
        "phrases": 4,
        "missing": 1,
        "unresolved": 0,
    }
    assert counts["test"] == {
        "annotated": 2,
        "clips": 1,
        "captions": 2,
        "phrases": 4,
        "missing": 1,  # a silent clip is not
        "unresolved": 0,
    }
    assert counts["audio"] == "rendered"


def test_a_split_without_clips_counts_zero(make_measures, availability):
    usable = [row for row in availability if row["split"] != "val"]
    counts = metrics(make_measures(availability=usable))
    assert set(counts["dataset"]["val"].values()) == {0}


def test_an_unresolved_clip_is_missing_and_counted_by_itself_too(make_measures, availability):
    rows = [*availability, availability[0] | {"clip_id": "x", "state": "unresolved"}]
    counts = metrics(make_measures(availability=rows))["dataset"]["train"]
    assert (counts["annotated"], counts["missing"], counts["unresolved"]) == (4, 2, 1)


def test_measures_stand_where_other_scripts_look_for_them(make_measures):
    found = metrics(make_measures())
    assert found["retrieval"]["audio_to_caption"]["r1"]["mean"] == 0.11
    assert found["retrieval"]["caption_to_audio"]["r5"]["sd"] == pytest.approx(0.044)
    assert found["retrieval"]["chance"]["r5"] == pytest.approx(1 / 6)
    assert found["retrieval"]["full_pool"]["caption_to_audio"]["median_rank"] == 2
    assert found["sed"]["max"]["f1_at_0.5"] == pytest.approx(0.72)
    assert found["sed"]["always_on"]["f1_at_0.5"] == 0.64
    assert found["sed"]["prevalence"] == 0.47


def test_the_first_seed_of_the_paper_is_on_top_whatever_comes_first(make_measures, make_run):
    runs = [make_run("other", 4), make_run("paper", 3), make_run("paper", 1)]
    found = metrics(make_measures(runs))
    assert found["retrieval"] == found["seeds"]["3"]["retrieval"]
    assert list(found["seeds"]) == ["3", "1"]
    r1 = found["variants"]["other"]["4"]["retrieval"]["audio_to_caption"]["r1"]["mean"]
    assert r1 == pytest.approx(0.15)
    assert list(found["variants"]) == ["other"]


def test_deviations_over_seeds_are_of_the_measures_and_of_nothing_else(make_measures, make_run):
    runs = [make_run("paper", seed) for seed in (1, 2, 6)] + [make_run("other", 1)]
    found = metrics(make_measures(runs))["over_seeds"]
    assert list(found) == ["paper"]  # one seed has no deviation
    r1 = found["paper"]["retrieval"]["audio_to_caption"]["r1"]
    assert r1 == pytest.approx({"mean": 0.14, "sd": 0.0264575}, abs=1e-6)
    assert found["paper"]["sed"]["partial"]["mean"]["f1_at_0.5"]["mean"] == pytest.approx(0.35)
    assert set(found["paper"]["sed"]) == {"mean", "max", "partial"}
    assert found["paper"]["n_seeds"] == 3
    assert metrics(make_measures())["over_seeds"] == {}


def test_without_a_run_of_the_paper_there_is_nothing_to_report(make_measures, make_run):
    with pytest.raises(ValueError, match="paper"):
        make_measures([make_run("other", 1)])


def test_the_nested_numbers_are_made_of_the_rows_alone(make_measures, make_run):
    """Of rows that were written and read, to the same bytes."""
    runs = [make_run("paper", 1), make_run("paper", 2), make_run("other", 1)]
    measures = make_measures(runs, changes={"other": {"train": {"shuffle_pairs": True}}})
    again = replace(measures, rows=from_table(to_table(measures.rows)))
    assert json.dumps(metrics(again)) == json.dumps(metrics(measures))
    moved = [
        replace(row, value=0.77) if (row.measure, row.seed) == ("best_f1", 2) else row
        for row in measures.rows
    ]
    found = metrics(replace(measures, rows=moved))
    assert found["seeds"]["2"]["sed"]["mean"]["best_f1"] == 0.77
    assert found["seeds"]["1"] == metrics(measures)["seeds"]["1"]
    spread = found["over_seeds"]["paper"]["sed"]["mean"]["best_f1"]
    assert spread["mean"] == pytest.approx((0.63 + 0.77) / 2)
    assert found["changes"] == {"other": {"train.shuffle_pairs": True}}


def test_a_measure_that_some_seeds_lack_has_no_deviation(make_measures, make_run):
    without = [row for row in make_run("paper", 2) if row.part != "partial"]
    found = metrics(make_measures([make_run("paper", 1), without]))["over_seeds"]["paper"]
    assert set(found["sed"]) == {"mean", "max"}


def test_where_the_annotations_come_from_is_said(make_measures):
    found = metrics(make_measures(annotations="files"))["dataset"]
    assert (found["audio"], found["annotations"]) == ("rendered", "files")


def test_without_phrases_nothing_is_said_of_detection(without_phrases):
    found = metrics(without_phrases)
    nothing = {"n_clips": 0, "n_phrases": 0, "n_frames": 0}
    assert found["sed"] == found["seeds"]["2"]["sed"] == nothing
    assert found["over_seeds"]["paper"]["sed"] == {}
    assert found["retrieval"]["audio_to_caption"]["r1"]["mean"] == pytest.approx(0.12)
