"""The page as a browser shows it: on a desk and a telephone, on light and on dark."""

import json

import pytest
from browser import NARROW, WIDE

from audiophrase.report import catalogue, style
from audiophrase.report.page import page
from audiophrase.report.pictures import Said
from audiophrase.report.players import sounds

HOSTILE = "<script>document.title = 'taken'</script> \"'& 🐕 نباح كلب"
LONG_NAME = f"{HOSTILE.replace(' ', '_')}{'x' * 200}.wav"


@pytest.fixture
def path(page_contents, availability, make_shard, tmp_path):
    """The page with sound, its pictures as wide as they come, every text hostile."""
    figure = style.canvas(2.0, audio="rendered")
    figure.said = Said(HOSTILE, (("a", HOSTILE),))
    picture = style.svg(figure)
    contents = page_contents(
        title=HOSTILE,
        figures=[(about, picture) for about in catalogue.figures().values()],
        sounds=sounds([make_shard(["a"])], ["a"]),
        names=dict.fromkeys(["a", *(row["clip_id"] for row in availability)], LONG_NAME),
        parameters={"title": HOSTILE, "a_long_name": "x" * 300},
    )
    path = tmp_path / "report.html"
    path.write_text(page(contents), encoding="utf-8")
    return path


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "dark"), (NARROW, "light")])
def test_the_page_can_be_read_heard_and_walked_through(visit, path, width, scheme):
    visited = visit(path, width=width, scheme=scheme)
    page = visited.page
    assert visited.overflow_px() == 0
    assert visited.violations() == []
    assert page.title().startswith("<script>")
    played = page.evaluate(
        "async () => { const a = document.querySelector('audio'); await a.play();"
        " await new Promise(r => a.ontimeupdate = () => a.currentTime > 0 && r());"
        " return a.duration }"
    )
    assert played == pytest.approx(0.5, abs=0.05)
    cut_off = page.evaluate(
        "[...document.querySelectorAll('.scroll caption span')].filter(e => getComputedStyle("
        "e.closest('caption')).clipPath == 'none').map(e => Math.round(e.getBoundingClientRect()"
        ".right - e.closest('.scroll').getBoundingClientRect().right)).filter(beyond => beyond > 0)"
    )
    assert cut_off == []  # of a table that scrolls, what stands above it does not
    heads = page.locator(".scroll.wide tbody tr > th:first-child").first
    frame = page.locator(".scroll.wide").first
    frame.evaluate("frame => frame.scrollLeft = 1000")
    assert heads.evaluate("head => head.getBoundingClientRect().left") >= 0  # it stays in sight
    scrolling = page.evaluate(
        "[...document.querySelectorAll('.scroll')].filter(e => e.scrollWidth > e.clientWidth)"
        ".map(e => [e.tabIndex, getComputedStyle(e.previousElementSibling).display])"
    )
    assert [way for way in scrolling if way != [0, "block"]] == []  # by key, and with a cue
    assert bool(scrolling) == (width == NARROW)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert json.loads(ground.replace("rgb(", "[").replace(")", "]"))[0] < 60 or scheme == "light"


def test_nothing_is_cut_off_on_paper(visit, path):
    page = visit(path).page
    page.set_viewport_size({"width": 680, "height": 900})  # A4 between margins of 15 mm
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    wide = page.evaluate(
        "[...document.querySelectorAll('table, img, pre')]"
        ".map(e => e.getBoundingClientRect().right).filter(right => right > 680)"
    )
    assert wide == []
