"""What a screen reader is given to say: no more than helps, and pictures as pictures."""

import pytest
from browser import eventually

# What a browser announces when it changes, unless it is told not to.
LIVE = """[...document.querySelectorAll('output, [role=status], [role=alert], [role=log], [aria-live]')]
    .filter(each => each.getAttribute('aria-live') !== 'off')"""


@pytest.fixture
def opened(visit, explorer):
    page = visit(explorer).page
    page.wait_for_selector("html[data-ready]")
    return page


def test_nothing_is_announced_while_a_sound_plays_and_once_when_the_slider_rests(opened):
    opened.evaluate(
        f"""window.announced = [];
        const seen = new MutationObserver(all => window.announced.push(
            ...all.map(one => one.target.textContent)));
        {LIVE}.forEach(each => seen.observe(each, {{childList: true, characterData: true, subtree: true}}));
        document.getElementById('sound').play()"""
    )
    eventually(opened, "document.getElementById('sound').currentTime > 0.3")
    opened.evaluate("document.getElementById('sound').pause()")
    assert opened.evaluate("window.announced") == []
    opened.locator("#threshold").focus()
    for _ in range(3):
        opened.keyboard.press("ArrowRight")
    eventually(opened, "window.announced.some(text => text.startsWith('At threshold'))")
    (said,) = opened.evaluate("window.announced")
    assert said.startswith("At threshold")


def test_what_is_drawn_over_time_is_a_picture_that_names_its_table(opened):
    tree = opened.locator("#clip").aria_snapshot()
    for picture in ("Phrases over time", "Similarity of frames and words over time, run A"):
        assert f'img "{picture}' in tree
    plots = tree[tree.index("When its phrases are heard") :]
    assert "text:" not in plots[: plots.index("as a table")], "no loose words among the plots"
