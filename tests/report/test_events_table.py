"""The second table of detection: what later papers report, each defined, beside its authors'."""

from dataclasses import replace

import pytest
from sed_params import sed_params

from audiophrase.evaluate.grounding import circumstances
from audiophrase.evaluate.rows import Row, facts
from audiophrase.report.cells import markdown
from audiophrase.report.tables import all_tables


def of_events(seed=1):
    rows = facts("sed", None, circumstances(sed_params()))
    for part, first in (("all", 0.2), ("partial", 0.1)):
        for scores, more in (("mean", 0.0), ("random", -0.1), ("always_on", 0.05)):
            known = {"task": "sed", "part": part, "scores": scores, "n": 11}
            value = first + more + seed / 100
            rows += [
                Row(**known, measure="psds", parameter=share, value=value + 1 - share)
                for share in (0.7, 0.5, 0.1)
            ]
            between = {"low": value - 0.05, "high": value + 0.05}
            rows.append(Row(**known, measure="event_f1", parameter=0.5, value=value, **between))
            rows.append(Row(**known, measure="th_auc", value=value / 3))
            rows.append(Row(**known, measure="auroc", value=0.5 + value))
    return [replace(row, variant="paper", seed=seed) for row in rows]


@pytest.fixture
def make_table(make_measures, make_run):
    def make(*seeds, **named):
        runs = [make_run("paper", seed) + of_events(seed) for seed in seeds or (1,)]
        return all_tables(make_measures(runs, **named))["events"]

    return make


def lines(table, block=0):
    return table.blocks[block].cells.set_index("scores")


def test_a_line_for_each_kind_of_scores_and_one_of_the_authors(make_table):
    shown = lines(make_table())
    assert shown.loc["mean"].to_dict() == {
        "PSDS at 0.7": "0.51",
        "PSDS at 0.5": "0.71",
        "PSDS at 0.1": "1.11",
        "event F1 at 0.5": "0.21 [0.16, 0.26]",
        "Th-AUC": "0.07",
        "AUROC": "0.71",
    }
    assert shown.index.to_list() == [
        *("mean", "max", "random", "always on"),
        "the data set's authors, supervised",
    ]
    assert set(shown.loc["max"]) == {""}  # of which nothing was measured
    authors = shown.iloc[-1].to_dict()
    assert {name: cell for name, cell in authors.items() if cell} == {
        "PSDS at 0.5": "0.147",
        "event F1 at 0.5": "0.283",
    }


def test_phrases_active_in_part_and_several_seeds_have_blocks_of_their_own(make_table):
    table = make_table(1, 3)
    assert [block.heading.split(",")[0] for block in table.blocks] == [
        "All phrases",
        "The 432 phrases active in less than 50 % of their clip",
        "Mean ± standard deviation over 2 seeds",
    ]
    assert lines(table, 1).loc["always on", "event F1 at 0.5"] == "0.16 [0.11, 0.21]"
    assert lines(table, 2).loc["mean", "event F1 at 0.5"] == "0.22 ± 0.01"


def test_each_measure_is_defined_with_the_numbers_it_rests_on(make_table):
    table = make_table()
    for words in (
        "0 to 800 false detections an hour",
        "within 0.2 s of an event's and whose offset within 0.2 s or 20 % of the event's length",
        "detected as in PSDS at 0.5",
        "at 50 thresholds from 0 to 1, after a median filter of 3 frames, gaps of up to 0.5 s joined",
        "AUROC: how often an active frame outscores one that is not",
    ):
        assert words in markdown(table)
    for label in ("PSDS", "Event F1", "Intersection F1", "Th-AUC", "AUROC"):
        assert sum(note.startswith(label) for note in table.notes) == 1


def test_the_authors_stand_beside_their_own_data_alone(make_table):
    table = make_table(annotations="files")
    assert "authors" not in markdown(table)
    assert set(table.tidy["source"]) == {"ours"}


def test_scripts_have_a_row_a_number(make_table):
    tidy = make_table(1, 2).tidy
    ours = tidy[(tidy["seed"] == "2") & (tidy["part"] == "partial") & (tidy["scores"] == "random")]
    assert ours["measure"].to_list() == [
        *("psds_at_0.7", "psds_at_0.5", "psds_at_0.1"),
        *("event_f1_at_0.5", "th_auc", "auroc"),
    ]
    assert ours["value"].to_list()[3] == pytest.approx(0.02)
    authors = tidy[tidy["source"] == "authors of the data set"]
    assert authors.set_index("measure")["value"].to_dict() == {"event_f1": 0.283, "psds": 0.147}


def test_runs_without_such_measures_and_data_sets_without_phrases_have_no_cells(
    make_measures, without_phrases
):
    for measures in (make_measures(), without_phrases):
        table = all_tables(measures)["events"]
        assert table.blocks == ()
        assert table.tidy.empty
        assert len(table.tidy.columns)


def test_later_measures_of_retrieval_have_a_block_of_their_own(make_measures, make_run):
    new = [
        Row(task="retrieval", part="full_pool", scores=d, measure=m, parameter=k, value=v)
        for d in ("audio_to_caption", "caption_to_audio")
        for m, k, v in (("share_found", 5, 0.25), ("map", 16, 0.375))
    ]
    new = [replace(row, variant="paper", seed=1) for row in new]
    table = all_tables(make_measures([make_run("paper", 1) + new]))["retrieval"]
    assert table.blocks[2].heading.endswith("what later papers report")
    assert table.blocks[2].cells.iloc[0].to_list() == ["audio → caption", "0.25", "0.38"]
    assert list(table.blocks[2].cells) == ["direction", "share@5", "mAP@16"]
    assert "share@5" not in table.blocks[1].cells
    assert "mAP@10" in table.blocks[1].cells
