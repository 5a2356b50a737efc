"""Whoever goes through a table by keyboard, backwards too, sees what has the focus."""

import pytest
from browser import NARROW, WIDE

COVERED = """[...document.querySelectorAll('#list tbody button, #errors .wide button')].reverse()
    .filter(button => {
      button.focus();
      const place = button.getBoundingClientRect();
      const seen = document.elementFromPoint(place.x + place.width / 2, place.y + 4);
      return !button.contains(seen);
    }).map(button => button.textContent)"""


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_no_head_of_a_table_covers_what_has_the_focus(visit, explorer, width):
    page = visit(explorer, width=width).page
    page.wait_for_selector("html[data-ready]")
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(
        """for (const frame of document.querySelectorAll('.scrolled, #errors .wide')) {
             frame.style.minHeight = '0';
             frame.style.maxHeight = '12rem';
           }"""
    )
    assert page.evaluate(COVERED) == []
