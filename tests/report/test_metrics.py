"""The nested numbers: each in its place, and the first seed of the paper's variant on top."""

import pytest


def test_counts_are_of_clips_with_usable_audio(make_metrics):
    counts = make_metrics()["dataset"]
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


def test_a_split_without_clips_counts_zero(make_metrics, availability):
    counts = make_metrics(availability=[row for row in availability if row["split"] != "val"])
    assert set(counts["dataset"]["val"].values()) == {0}


def test_an_unresolved_clip_is_missing_and_counted_by_itself_too(make_metrics, availability):
    rows = [*availability, availability[0] | {"clip_id": "x", "state": "unresolved"}]
    counts = make_metrics(availability=rows)["dataset"]["train"]
    assert (counts["annotated"], counts["missing"], counts["unresolved"]) == (4, 2, 1)


def test_measures_stand_where_other_scripts_look_for_them(make_metrics):
    metrics = make_metrics()
    assert metrics["retrieval"]["audio_to_caption"]["r1"]["mean"] == 0.11
    assert metrics["retrieval"]["caption_to_audio"]["r5"]["sd"] == pytest.approx(0.044)
    assert metrics["retrieval"]["chance"]["r5"] == pytest.approx(1 / 6)
    assert metrics["retrieval"]["full_pool"]["caption_to_audio"]["median_rank"] == 2
    assert metrics["sed"]["max"]["f1_at_0.5"] == pytest.approx(0.72)
    assert metrics["sed"]["always_on"]["f1_at_0.5"] == 0.64
    assert metrics["sed"]["prevalence"] == 0.47


def test_the_first_seed_of_the_paper_is_on_top_whatever_comes_first(make_metrics, make_run):
    runs = [make_run("other", 4), make_run("paper", 3), make_run("paper", 1)]
    metrics = make_metrics(runs)
    assert metrics["retrieval"] == metrics["seeds"]["3"]["retrieval"]
    assert list(metrics["seeds"]) == ["3", "1"]
    r1 = metrics["variants"]["other"]["4"]["retrieval"]["audio_to_caption"]["r1"]["mean"]
    assert r1 == pytest.approx(0.15)
    assert list(metrics["variants"]) == ["other"]


def test_deviations_over_seeds_are_of_the_measures_and_of_nothing_else(make_metrics, make_run):
    runs = [make_run("paper", seed) for seed in (1, 2, 6)] + [make_run("other", 1)]
    found = make_metrics(runs)["over_seeds"]
    assert list(found) == ["paper"]  # one seed has no deviation
    r1 = found["paper"]["retrieval"]["audio_to_caption"]["r1"]
    assert r1 == pytest.approx({"mean": 0.14, "sd": 0.0264575}, abs=1e-6)
    assert found["paper"]["sed"]["partial"]["mean"]["f1_at_0.5"]["mean"] == pytest.approx(0.35)
    assert set(found["paper"]["sed"]) == {"mean", "max", "partial"}
    assert found["paper"]["n_seeds"] == 3
    assert make_metrics()["over_seeds"] == {}


def test_without_a_run_of_the_paper_there_is_nothing_to_report(make_metrics, make_run):
    with pytest.raises(ValueError, match="paper"):
        make_metrics([make_run("other", 1)])
