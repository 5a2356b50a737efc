"""Studies of rendered and recorded audio: neither is taken for the other."""

import explorer_contents
import pytest

from audiophrase.explorer import site
from audiophrase.report import style
from audiophrase.report.cells import MIXED_NOTE, RENDERED_NOTE, markdown
from audiophrase.report.page import page
from audiophrase.report.tables import all_tables

SPLITS = {"train": ["demo", "field"], "val": ["demo"], "test": ["field"]}


@pytest.fixture
def contents(make_measures, page_contents, availability):
    """Of a study trained on rendered audio as well as on recordings, and tested on recordings."""
    audio = {"demo": "rendered", "field": "local"}
    rows = [
        row | {"dataset": name, "source": audio[name]}
        for row in availability
        for name in SPLITS[row["split"]]
    ]
    return page_contents(
        measures=make_measures(audio="mixed", availability=rows, annotations="study"),
        availability=rows,
        parameters={"title": "A study", "splits": SPLITS},
    )


def test_the_page_says_which_sets_are_rendered_and_not_that_all_are(contents):
    html = page(contents)
    assert "train from demo (rendered), field; val from demo (rendered); test from field" in html
    assert MIXED_NOTE in html
    assert RENDERED_NOTE not in html
    assert "Every clip was made by" not in html


def test_tables_and_figures_say_it(contents):
    for table in all_tables(contents.measures, {}).values():
        assert MIXED_NOTE in markdown(table)
    drawn = {audio: style.canvas(2.0, audio=audio) for audio in ("mixed", "rendered", "recorded")}
    said = {audio: [text.get_text() for text in figure.texts] for audio, figure in drawn.items()}
    assert said == {
        "mixed": ["partly rendered audio"],
        "rendered": ["rendered audio"],
        "recorded": [],
    }


@pytest.mark.parametrize(
    ("audio", "note"), [("mixed", MIXED_NOTE), ("rendered", RENDERED_NOTE), ("recorded", None)]
)
def test_the_explorer_says_it(audio, note):
    files = dict(site.files(explorer_contents.contents(audio=audio)))
    html = files["index.html"].decode()
    for each in (MIXED_NOTE, RENDERED_NOTE):
        assert (each in html) == (each == note)
