"""What a figure's files say of it: written, read again, and with the figure's own numbers."""

import pytest

from audiophrase.report import style
from audiophrase.report.pictures import Said, said_by, times

HOSTILE = "<script>alert(1)</script> \"'& 🐕 نباح ]]> {\\}"


@pytest.mark.parametrize("text", [HOSTILE, "$\\frac{ costs", "a\x00b\x1b[31m\nc"])
def test_what_is_said_comes_back_from_the_file(text):
    figure = style.canvas(1.0, audio="recorded")
    figure.said = Said(text, ((text, text),))
    read = said_by(style.svg(figure))
    assert read.clips == ((text, text),)
    assert read.shows == " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert style.png(figure, dpi=50)


def test_a_figure_that_says_nothing_is_read_as_one():
    assert said_by(style.svg(style.canvas(1.0, audio="recorded"))) == Said()


def test_times_are_listed_in_seconds():
    assert times([(1, 2.25)]) == "1.0–2.2 s"
    assert times([(0, 1), (2, 3), (4, 5)]) == "0.0–1.0, 2.0–3.0 and 4.0–5.0 s"
