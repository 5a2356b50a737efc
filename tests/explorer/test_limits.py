"""What an explorer shows of very many phrases, of equal scores, and of ids that a language knows."""

from dataclasses import replace

import pytest
from explorer_contents import clips, contents, run

from audiophrase.explorer import runs, site
from audiophrase.explorer.folder import replace_folder

NAMES = {"p0": "constructor", "p1": "__proto__"}


@pytest.fixture
def opened(visit, tmp_path, monkeypatch):
    """An explorer whose phrases have names of JavaScript's own, with two of four in the lists."""
    monkeypatch.setattr(runs, "N_HARDEST", 2)

    def renamed(clip):
        captions = [
            replace(
                caption,
                phrases=tuple(
                    replace(phrase, phrase_id=NAMES.get(phrase.phrase_id, phrase.phrase_id))
                    for phrase in caption.phrases
                ),
            )
            for caption in clip.captions
        ]
        return replace(clip, captions=tuple(captions))

    one = run("paper/1", 1)
    ids = [NAMES.get(name, name) for name in one.scores["phrase_id"].to_pylist()]
    one = replace(one, scores=one.scores.set_column(0, "phrase_id", [ids]))
    made = contents(clips=[renamed(clip) for clip in clips()], runs=[one])
    replace_folder(tmp_path / "explorer", site.files(made))
    page = visit(tmp_path / "explorer/index.html").page
    page.wait_for_selector("html[data-ready]")
    return page


def test_any_id_has_its_scores_lists_end_and_equal_scores_are_spoken_of(opened):
    for name in NAMES.values():
        assert opened.locator(f'.lane[data-phrase="{name}"] .kind-1 .bar').count() > 0, name
    shown = opened.locator("#errors-body").inner_text()
    assert "the hardest first (2 of 4)" in shown
    assert "over the phrases it stands in (2 of 5)" in shown
    # The own caption stands first in the list, and its rank is two.
    title = "the clip's own is number 2, as equal scores count against it"
    assert title in opened.locator("#clip-body").inner_text()
