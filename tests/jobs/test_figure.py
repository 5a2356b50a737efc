"""The command that draws a figure: what it is handed is what the figure reads."""

import click
import pytest

from audiophrase.errors import ExtensionError
from audiophrase.jobs.figure import figure

ARGUMENTS = ("--settings", '{"figures": {}}', "--audio", "recorded", "--annotations", "files")
ARGUMENTS += ("--svg", "a", "--png", "b")


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("training", "history=y"), "the figure training reads histories"),
        (("training", "histories=x", "more=y"), "the figure training reads histories"),
        (("alignment", "captions=x"), "reads captions, phrases, scores, features"),
        (("training", "histories"), "histories is not INPUT=FILE"),
        (("training",), "Missing parameter: files"),
    ],
)
def test_an_input_that_a_figure_does_not_read_is_refused(arguments, problem):
    with pytest.raises(click.UsageError, match=problem):
        figure.main([*ARGUMENTS, *arguments], standalone_mode=False)


def test_a_figure_without_its_file_is_told_so():
    with pytest.raises(ExtensionError, match=r"no file src/audiophrase/report/figures/no_such\.py"):
        figure.main([*ARGUMENTS, "no_such", "x=y"], standalone_mode=False)
