"""Segments in the forms of other programs, and text that came from outside."""

import pytest
from praatio import textgrid as praat

from audiophrase.outputs.segments import Segment, audacity_labels, textgrid
from audiophrase.outputs.text import columns, one_line, visible

SEGMENTS = [
    Segment("b", 2.0, 3.5, 0.5),
    Segment("a", 1.0, 2.25, 0.75),
    Segment("a", 3.0, 4.5, 0.25),
]


@pytest.fixture
def read(tmp_path):
    """Function from a TextGrid's bytes to its end, and each tier's name with its intervals."""

    def call(content):
        path = tmp_path / "x.TextGrid"
        path.write_bytes(content)
        grid = praat.openTextgrid(str(path), includeEmptyIntervals=False)
        tiers = [(tier.name, [tuple(entry) for entry in tier.entries]) for tier in grid.tiers]
        return grid.maxTimestamp, tiers

    return call


def test_labels_stand_by_onset():
    assert audacity_labels(SEGMENTS) == (
        "1.000000\t2.250000\ta\n2.000000\t3.500000\tb\n3.000000\t4.500000\ta\n"
    )


def test_a_tier_holds_a_phrase_s_segments_cut_at_the_recording_s_end(read):
    end_s, tiers = read(textgrid(SEGMENTS, ["a", "b", "c"], 4.25))
    assert end_s == 4.25
    assert tiers == [
        ("a", [(1.0, 2.25, "a"), (3.0, 4.25, "a")]),
        ("b", [(2.0, 3.5, "b")]),
        ("c", []),
    ]


def test_phrases_that_look_the_same_keep_their_tiers(read):
    segments = [Segment("a\nb", 0.0, 1.0, 1.0), Segment("a\tb", 1.0, 2.0, 1.0)]
    _, tiers = read(textgrid(segments, ["a\nb", "a\tb"], 2.0))
    assert tiers == [("a b", [(0.0, 1.0, "a b")]), ("a b 2", [(1.0, 2.0, "a b")])]


@pytest.mark.parametrize("text", ['a "quoted" <script>', "😀 שלום", 'text = "" \\', "!"])
def test_any_text_comes_back_out_of_a_textgrid(read, text):
    _, tiers = read(textgrid([Segment(text, 0.0, 1.0, 1.0)], [text], 2.0))
    assert tiers == [(text, [(0.0, 1.0, text)])]


def test_text_for_a_terminal_shows_what_would_move_the_cursor():
    assert visible("a\tb\x1b[2Jc\u202ed\udce9\u2028e 😀 שלום") == (
        "a\\tb\\x1b[2Jc\\u202ed\\udce9\\u2028e 😀 שלום"
    )
    assert one_line(" a\t\n b\u2028c\x00 ") == "a b c"


def test_columns_stand_below_each_other():
    assert columns(("name", "n"), [("a\nb", 5), ("c", 10)], numbers="lr") == (
        "name   n\na\\nb   5\nc     10"
    )
