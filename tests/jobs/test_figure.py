"""The command that draws a figure: what it is handed is what the figure reads."""

import click
import pytest

from audiophrase.jobs.figure import figure

ARGUMENTS = ("--settings", '{"figures": {}}', "--audio", "recorded", "--annotations", "files")
ARGUMENTS += ("--svg", "a", "--png", "b")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("no_such", "x=y"), "there is no figure no_such"),
        (("training", "history=y"), "the figure training reads histories"),
        (("training", "histories=x", "more=y"), "the figure training reads histories"),
        (("alignment", "captions=x"), "reads captions, phrases, scores, features"),
        (("training", "histories"), "histories is not INPUT=FILE"),
        (("training",), "Missing parameter: files"),
    ],
)
def test_a_figure_or_input_that_there_is_not_is_refused(arguments, problem):
    with pytest.raises(click.UsageError, match=problem):
        figure.main([*ARGUMENTS, *arguments], standalone_mode=False)
