"""Where all scores are equal the page says so: its numbers lie below chance, and would puzzle."""

from dataclasses import replace

import pytest

from audiophrase.report.cells import NOTHING_LEARNT_NOTE, nothing_learnt_note
from audiophrase.report.page import page
from audiophrase.report.tables.retrieval import retrieval_table


def ranked(run, rank, low):
    """The run, with this median rank of a caption's clip."""
    of_clips = {"scores": "caption_to_audio", "measure": "median_rank"}
    return [
        replace(row, value=rank, low=low, high=rank)
        if all(getattr(row, name) == value for name, value in of_clips.items())
        else row
        for row in run
    ]


@pytest.fixture
def n_clips(make_run):
    return next(
        row.value
        for row in make_run("paper", 1)
        if (row.task, row.measure) == ("retrieval", "n_clips")
    )


def test_it_is_told_on_top_and_once(page_contents, make_measures, make_run, n_clips):
    measures = make_measures([ranked(make_run("paper", 1), n_clips, n_clips)])
    assert NOTHING_LEARNT_NOTE in retrieval_table(measures).notes
    html = page(page_contents(measures=measures))
    assert html.count("Half of the captions or more have their own clip in the last") == 1


def test_a_model_that_has_learnt_something_is_told_nothing(make_run, n_clips):
    run = make_run("paper", 1)
    assert nothing_learnt_note(run) == ()
    assert nothing_learnt_note(ranked(run, n_clips, n_clips - 1)) == ()
    assert nothing_learnt_note(ranked(run, n_clips, n_clips)) == (NOTHING_LEARNT_NOTE,)
