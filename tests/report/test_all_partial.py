"""Where every phrase is active in part of its clip, no numbers stand twice."""

from dataclasses import replace

import pytest

from audiophrase.report.tables.runs import partial_heading
from audiophrase.report.tables.sed import sed_table

EVERY = "Every phrase is active in less than 50 % of its clip."


@pytest.fixture
def table(make_measures, make_run):
    """Function from whether all phrases are partial to the table of detection."""

    def make(*, all_partial):
        run = make_run("paper", 1)
        n = next(r.value for r in run if (r.part, r.measure) == ("all", "n_phrases"))
        if all_partial:
            run = [
                replace(r, value=n) if (r.part, r.measure) == ("partial", "n_phrases") else r
                for r in run
            ]
        # The table of events asks for the same heading.
        assert (partial_heading(run) is None) == all_partial
        return sed_table(make_measures([run]))

    return make


def test_of_the_part_that_is_the_whole_a_sentence_is_enough(table):
    shown = table(all_partial=True)
    assert [block.heading[:11] for block in shown.blocks] == ["All phrases"]
    assert EVERY in shown.notes


def test_of_a_part_the_numbers_stand_below(table):
    shown = table(all_partial=False)
    assert "active in less than 50 %" in shown.blocks[1].heading
    assert EVERY not in shown.notes
