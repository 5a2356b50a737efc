"""The tables: every number in its cell, beside the paper's."""

from dataclasses import replace

import pandas as pd
import pytest

from audiophrase.evaluate.rows import Row, facts
from audiophrase.report import labels
from audiophrase.report.cells import NO_PHRASES_NOTE, RENDERED_NOTE, markdown
from audiophrase.report.tables import all_tables


def cells(table, block=0):
    return table.blocks[block].cells.set_index(table.blocks[block].cells.columns[0])


def only(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    assert len(frame) == 1
    return frame.iloc[0]


def test_the_data_set_stands_beside_table_one(make_measures):
    table = all_tables(make_measures())["dataset"]
    assert cells(table).loc["train", "clips"] == "2"
    assert cells(table).loc["train", "phrases, published"] == "11,732"
    assert cells(table).loc["test", "missing clips"] == "1 of 2"
    assert cells(table).loc["test", "missing clips, published"] == "3 of 70"
    paper = only(table.tidy, source="published", split="val")
    assert (paper["clips"], paper["captions"], paper["phrases"]) == (30, 150, 439)
    assert paper["audio"] == "recorded"
    assert only(table.tidy, source="ours", split="val")["audio"] == "rendered"


def test_recalls_stand_beside_table_two(make_measures):
    table = all_tables(make_measures())["retrieval"]
    shown = table.blocks[0].cells
    row = only(shown, direction="caption → audio", measure="R@5")
    assert (row["this run"], row["published"], row["chance"]) == (
        "0.44 ± 0.04",
        "0.71 ± 0.04",
        "0.17",
    )
    assert row["95 % interval"] == "0.37 to 0.48"
    full = cells(table, 1).loc["audio → caption"]
    assert full.to_dict() == {
        "R@1": "0.51 [0.45, 0.56]",
        "R@5": "0.61",
        "R@10": "0.71",
        "mAP@10": "0.31",
        "median rank": "2 [1.5, 3]",
    }
    ours = only(table.tidy, source="ours", direction="audio_to_caption", measure="r1", pool="drawn")
    assert (ours["value"], ours["n_clips"], ours["pool_size"]) == (0.11, 7, 30)
    assert (ours["low"], ours["high"]) == (0.05, 0.15)
    chance = only(table.tidy, source="chance", direction="audio_to_caption", measure="r1")
    assert chance["value"] == pytest.approx(1 / 30)


def test_what_the_deviation_means_and_how_many_clips_there_were_is_said(make_measures):
    text = markdown(all_tables(make_measures())["retrieval"])
    assert "sampling noise of one model" in text
    assert "Test clips: 7 here, 67 in the published numbers." in text


def test_smaller_pools_than_the_papers_are_pointed_out(make_measures, make_run):
    small = all_tables(make_measures([make_run("paper", 1, pool_size=12)]))["retrieval"]
    assert "pools of 12 (published: 30" in markdown(small)
    assert "published: 30" not in markdown(all_tables(make_measures())["retrieval"])


def test_a_recall_that_the_paper_does_not_report_has_an_empty_cell(make_measures, make_run):
    run = make_run("paper", 1, ks=(1, 5, 10))
    shown = all_tables(make_measures([run]))["retrieval"].blocks[0].cells
    row = only(shown, direction="audio → caption", measure="R@10")
    assert (row["this run"], row["published"]) == ("0.91 ± 0.09", "")


def test_detection_measures_are_ours_and_no_line_is_empty(make_measures):
    table = all_tables(make_measures())["sed"]
    shown = cells(table)
    assert shown.loc["mean"].to_list() == [
        "0.60",
        "0.61",
        "0.62 [0.60, 0.65]",
        "0.63",
        "0.42",
        "0.64 [0.61, 0.66]",
    ]
    assert shown.loc["always on", "F1 at 0.5"] == "0.64"
    assert shown.loc["always on", "average precision"] == ""
    assert list(shown.index) == ["mean", "max", "random", "always on"]
    assert set(table.tidy["source"]) == {"ours"}
    assert "these numbers, are not known to us" in markdown(table)


def test_another_threshold_is_named_in_the_columns(make_measures, make_run):
    table = all_tables(make_measures([make_run("paper", 1, threshold=0.35)]))["sed"]
    assert cells(table).loc["mean", "precision at 0.35"] == "0.61"
    assert only(table.tidy, scores="mean", source="ours")["threshold"] == "0.35"


def test_several_seeds_and_variants_stand_side_by_side(make_measures, make_run):
    runs = [make_run("paper", 1), make_run("paper", 2), make_run("no-min-max", 1)]
    tables = all_tables(make_measures(runs))
    for name, n_blocks in (("retrieval", 3), ("sed", 4)):
        assert len(tables[name].blocks) == n_blocks
        lines = tables[name].blocks[-1].cells
        assert lines[["variant", "seed"]].to_numpy().tolist() == [
            ["paper", "1"],
            ["paper", "2"],
            ["no-min-max", "1"],
        ]
    assert tables["retrieval"].blocks[-1].cells["audio → caption, R@1"][1] == "0.13 ± 0.01"
    assert len(all_tables(make_measures())["sed"].blocks) == 2


def test_phrases_active_in_part_of_their_clip_have_a_block_and_columns_of_their_own(make_measures):
    table = all_tables(make_measures())["sed"]
    assert table.blocks[1].heading.startswith("The 432 phrases active in less than 50 %")
    assert cells(table, 1).loc["mean", "F1 at 0.5"] == "0.32 [0.30, 0.35]"
    assert cells(table, 1).loc["always on", "F1 at 0.5"] == "0.38"
    ours = only(table.tidy, source="ours", scores="mean")
    assert (ours["f1_partial"], ours["n_phrases_partial"]) == (0.32, 432)
    assert (ours["f1_low"], ours["f1_partial_high"]) == (0.6, 0.35)


def test_the_deviation_over_seeds_stands_beside_that_over_draws(make_measures, make_run):
    tables = all_tables(make_measures([make_run("paper", seed) for seed in (1, 2, 6)]))
    row = only(tables["retrieval"].blocks[0].cells, direction="audio → caption", measure="R@1")
    assert (row["this run"], row["this run, 3 seeds"]) == ("0.12 ± 0.01", "0.14 ± 0.03")
    lines = tables["sed"].blocks[2]
    assert lines.heading == "Mean ± standard deviation over 3 seeds"
    assert "its threshold" not in lines.cells  # a mean of thresholds says nothing
    mean = only(lines.cells, scores="mean", phrases="active in part")
    assert mean["F1 at 0.5"] == "0.35 ± 0.03"
    text = markdown(tables["retrieval"])
    assert "sample standard deviation over 3 models" in text
    assert "3 seeds" not in markdown(all_tables(make_measures())["retrieval"])


def test_each_variant_and_data_set_is_a_line_of_the_ablation_table(make_measures, make_run):
    runs = [make_run("paper", 1), make_run("paper", 2), make_run("shuffled", 1)]
    changes = {"paper": {}, "shuffled": {"train": {"shuffle_pairs": True}}}
    other = make_measures([make_run("paper", 9)])
    table = all_tables(make_measures(runs, changes=changes), {"native": other})["ablations"]
    shown = cells(table)
    assert list(shown.index) == [
        "paper",
        "paper, max",
        "shuffled",
        "native",
        "chance, always on",
        "published",
    ]
    assert cells(table, 1).loc["shuffled", "what differs"] == "train.shuffle_pairs: true"
    assert shown.loc["paper", "A → C, R@1"] == "0.12 ± 0.01"  # over the two seeds
    assert shown.loc["shuffled", "A → C, R@1"] == "0.12"
    assert shown.loc["native", "C → A, R@5"] == "0.53"
    assert shown.loc["paper, max", "F1 at 0.5"] == "0.73 ± 0.01"
    assert shown.loc["shuffled", "AP, part"] == "0.34"
    assert shown.loc["chance, always on", "F1 at 0.5, part"] == "0.38"
    assert shown.loc["published", "A → C, R@5"] == "0.65 ± 0.05"
    assert shown.loc["published", "F1 at 0.5"] == ""
    row = only(table.tidy, variant="paper", scores="mean", measure="audio_to_caption_r1")
    assert (row["n_seeds"], row["value"]) == (2, pytest.approx(0.125))
    assert row["sd_over_seeds"] == pytest.approx(0.00707, abs=1e-5)
    assert "over a line's seeds; a line without it is of one seed" in markdown(table)


def test_a_line_of_another_kind_of_audio_or_pool_says_so(make_measures, make_run):
    rehearsal = make_measures([make_run("paper", 1, pool_size=5)])
    table = all_tables(make_measures(audio="recorded"), {"rehearsal": rehearsal})["ablations"]
    assert set(table.tidy.query("variant == 'rehearsal'")["audio"]) == {"rendered"}
    assert set(table.tidy.query("variant == 'paper'")["audio"]) == {"recorded"}
    assert set(table.tidy.query("variant == 'rehearsal'")["pool_size"]) == {5}
    assert cells(table, 1).loc["rehearsal", "what differs"].endswith("rendered audio")
    text = markdown(table)
    assert "Not all audio is alike: paper recorded, but rehearsal rendered." in text
    assert "rehearsal: pools of 5, so another chance." in text


def test_the_ablation_table_says_on_how_many_clips_it_rests(make_measures):
    table = all_tables(make_measures())["ablations"]
    assert cells(table)["clips"].to_dict() == {
        "paper": "7",
        "paper, max": "7",
        "chance, always on": "",
        "published": "67",
    }
    assert set(table.tidy["n_clips"]) == {7}
    assert set(table.tidy["n_captions"]) == {33}
    assert set(table.tidy["n_phrases"]) == {1234}
    assert "Test clips: 7 here, 67 published" in markdown(table)


def test_rendered_audio_is_named_in_every_table_and_recorded_audio_in_none(make_measures):
    assert all(RENDERED_NOTE in markdown(t) for t in all_tables(make_measures()).values())
    recorded = all_tables(make_measures(audio="recorded"))
    assert not any(RENDERED_NOTE in markdown(table) for table in recorded.values())
    assert all((table.tidy["audio"] == "recorded").all() for table in recorded.values())


def test_markdown_rows_have_as_many_cells_as_the_header(make_measures):
    for table in all_tables(make_measures()).values():
        for block in table.blocks:
            text = markdown(type(table)("", (), (block,), pd.DataFrame()))
            rows = [line for line in text.splitlines() if line.startswith("|")]
            assert len(rows) == len(block.cells) + 2
            assert {row.count("|") for row in rows} == {len(block.cells.columns) + 1}


def test_an_evaluation_of_common_clips_says_how_many_of_how_many(make_measures, make_run):
    here = {"n_clips_here": 9, "n_clips_common": 7}
    run = [*make_run("paper", 1), *facts("retrieval", None, here), *facts("sed", None, here)]
    run = [replace(row, variant="paper", seed=1, only_clips_of="ab" * 32) for row in run]
    tables = all_tables(make_measures([run]))
    for table in tables.values():
        assert "7 of the 9 test clips with audio here" in markdown(table)
        assert "SHA-256 abababababab…" in markdown(table)
    for name in ("retrieval", "sed"):
        ours = tables[name].tidy.query("source == 'ours'")
        assert set(ours["n_clips_here"]) == {9}
    assert "evaluate.only_clips_of" not in markdown(all_tables(make_measures())["retrieval"])
    assert "n_clips_here" not in all_tables(make_measures())["sed"].tidy


def test_unresolved_clips_stand_in_a_column_of_their_own(make_measures, availability):
    rows = [*availability, availability[0] | {"clip_id": "x", "state": "unresolved"}]
    table = all_tables(make_measures(availability=rows))["dataset"]
    assert cells(table).loc["train", "missing clips"] == "2 of 4"
    assert cells(table).loc["train", "of them unresolved"] == "1"
    assert only(table.tidy, source="ours", split="train")["unresolved"] == 1


def test_a_measure_of_retrieval_is_shown_by_its_own_name(make_measures, make_run):
    new = {"task": "retrieval", "part": "full_pool", "measure": "mean_rank", "value": 3.25}
    rows = [Row(**new, scores=d, variant="paper", seed=1) for d in ("audio_to_caption",)]
    table = all_tables(make_measures([make_run("paper", 1) + rows]))["retrieval"]
    assert cells(table, 1).loc["audio → caption", "mean rank"] == "3.25"
    assert only(table.tidy, measure="mean_rank")["value"] == 3.25


def test_a_measure_of_detection_is_shown_where_it_has_a_label(make_measures, make_run, monkeypatch):
    new = {"task": "sed", "part": "all", "scores": "mean", "measure": "auc", "value": 0.875}
    run = [*make_run("paper", 1), Row(**new, low=0.5, high=1.0, variant="paper", seed=1)]
    table = all_tables(make_measures([run]))["sed"]
    assert not [name for name in (*table.tidy, *table.blocks[0].cells) if "auc" in name.lower()]
    monkeypatch.setitem(labels.DETECTION, "auc", labels.Shown("area under ROC"))
    table = all_tables(make_measures([run]))["sed"]
    assert cells(table).loc["mean", "area under ROC"] == "0.88"
    assert cells(table).loc["max", "area under ROC"] == ""
    assert only(table.tidy, source="ours", scores="mean")["auc"] == 0.875


def test_the_columns_of_detection_for_scripts_stand_in_the_order_they_had(make_measures):
    columns = list(all_tables(make_measures())["sed"].tidy)
    assert columns[columns.index("n_phrases") + 1 :] == [
        *["f1_low", "f1_high", "average_precision_low", "average_precision_high"],
        *["f1_partial", "average_precision_partial", "best_f1_partial"],
        *["f1_partial_low", "f1_partial_high"],
        *["average_precision_partial_low", "average_precision_partial_high"],
        *["prevalence_partial", "n_phrases_partial"],
    ]


def test_the_best_f1_of_a_part_is_compared_in_scripts_alone(make_measures):
    table = all_tables(make_measures())["ablations"]
    assert [name for name in table.blocks[0].cells if "part" in name] == [
        "F1 at 0.5, part",
        "AP, part",
    ]
    assert "partial_best_f1" in set(table.tidy["measure"])


def test_a_measure_without_an_interval_has_an_empty_cell_in_scripts(make_measures):
    tidy = all_tables(make_measures())["retrieval"].tidy
    row = only(tidy, source="ours", direction="caption_to_audio", measure="map10")
    assert row[["low", "high", "sd"]].isna().all()


def test_the_paper_stands_beside_its_own_data_alone(make_measures, make_run):
    runs = [make_run("paper", 1, pool_size=12), make_run("shuffled", 1)]
    own = make_measures(runs, annotations="files", audio="recorded")
    for name, table in all_tables(own).items():
        text = markdown(table)
        # The titles name what the tables are like, and `paper` is the name of a variant.
        numbers = text.replace(table.title, "")
        assert "the paper" not in numbers.lower(), name
        assert not any("paper" in column for block in table.blocks for column in block.cells)
        if "source" in table.tidy:
            assert set(table.tidy["source"]) <= {"ours", "chance"}
        assert "published" not in text
    assert all_tables(own)["retrieval"].blocks[0].cells["chance"].all()


def test_without_phrases_there_is_retrieval_and_a_sentence(without_phrases):
    tables = all_tables(without_phrases)
    assert tables["sed"].blocks == ()
    assert NO_PHRASES_NOTE in markdown(tables["sed"])
    assert tables["sed"].tidy.empty
    assert len(tables["sed"].tidy.columns)
    assert NO_PHRASES_NOTE in tables["dataset"].notes
    shown = cells(tables["ablations"])
    assert shown.index.tolist() == ["paper", "shuffled", "chance"]
    assert not any("F1" in column or "AP" in column for column in shown)
    assert shown.loc["paper", "A → C, R@1"] == "0.12 ± 0.01"  # over two seeds
    assert set(tables["ablations"].tidy["measure"]) == {
        f"{direction}_r{k}"
        for direction in ("audio_to_caption", "caption_to_audio")
        for k in (1, 5)
    }
    for table in tables.values():
        assert "nan" not in markdown(table).lower()
        assert "always on" not in markdown(table)


def test_a_data_set_with_phrases_may_be_compared_with_one_without(make_measures, without_phrases):
    shown = cells(all_tables(make_measures(), {"captions": without_phrases})["ablations"])
    assert shown.loc["captions", "F1 at 0.5"] == ""
    assert shown.loc["captions", "A → C, R@1"] == "0.12 ± 0.01"
    shown = cells(all_tables(without_phrases, {"demo": make_measures()})["ablations"])
    assert shown.loc["demo", "F1 at 0.5"] == "0.62"
    assert shown.loc["paper", "F1 at 0.5"] == ""
