"""Messages from elsewhere: one line, nothing that steers a terminal or runs in a spreadsheet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiophrase.clips.messages import single_line, spreadsheet_cell


@given(st.text())
def test_whatever_comes_is_one_printable_line(text):
    line = single_line(text)
    assert line.isprintable()
    assert line == " ".join(line.split())


@given(st.text(st.characters(categories=["Lu", "Nd"]), min_size=1))
def test_words_stay_as_they_are(text):
    assert spreadsheet_cell(f"a {text} b") == f"a {text} b"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t=", "\r\n+", " @", "＝"])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(first):
    cell = spreadsheet_cell(first + 'cmd|" /C calc"!A0')
    assert cell.startswith("'")
    assert cell[1:] == single_line(first + 'cmd|" /C calc"!A0')


def test_nothing_stays_nothing():
    assert single_line(None) is spreadsheet_cell(None) is None
