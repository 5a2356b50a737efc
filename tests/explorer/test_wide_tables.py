"""A table that is wider than its frame says so, and one that is not does not."""

import pytest
from browser import NARROW, WIDE, eventually

CUES = """[...document.querySelectorAll('#errors-body .wide, #clip-body .wide')]
    .filter(frame => frame.checkVisibility())
    .map(frame => [frame.scrollWidth > frame.clientWidth,
                   frame.previousElementSibling.checkVisibility()])"""


@pytest.mark.parametrize(("width", "is_cut"), [(NARROW, True), (WIDE, False)])
def test_a_cue_stands_above_each_table_that_is_cut_and_no_other(visit, explorer, width, is_cut):
    page = visit(explorer, width=width).page
    page.wait_for_selector("html[data-ready]")
    eventually(page, f"{CUES}.every(([cut, said]) => cut === said)")
    assert page.evaluate(f"{CUES}.some(([cut]) => cut)") == is_cut
    page.set_viewport_size({"width": WIDE + NARROW - width, "height": 800})
    eventually(page, f"{CUES}.some(([cut]) => cut) !== {str(is_cut).lower()}")
    eventually(page, f"{CUES}.every(([cut, said]) => cut === said)")
