"""The page: self-contained, escaped, and the same whenever it is made."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from audiophrase.report import catalogue
from audiophrase.report.cells import NO_PHRASES_NOTE
from audiophrase.report.page import page

HOSTILE = "<script>alert('x')</script>\"&"
FIGURES = catalogue.figures()


class Reader(HTMLParser):
    """Collects tags with their attributes, and the text of cells."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text.append(data.strip())


@pytest.fixture
def contents(page_contents):
    return page_contents


def test_nothing_is_loaded_from_anywhere(contents):
    html = page(contents())
    for tag, attributes in Reader(html).tags:
        assert tag not in ("script", "link", "iframe", "object", "embed")
        loading = ("src", "srcset", "action", "poster") if tag == "a" else ("src", "href", "srcset")
        for name in loading:
            assert not re.match(r"(?i)\s*(https?:)?//", attributes.get(name) or "")
    assert "url(" not in html
    assert "@import" not in html


def test_every_figure_is_embedded_with_words_that_stand_for_it(contents):
    images = [attributes for tag, attributes in Reader(page(contents())).tags if tag == "img"]
    assert len(images) == len(FIGURES)
    for image in images:
        assert image["src"].startswith("data:image/svg+xml;base64,")
        assert image["alt"]
    assert len({image["alt"] for image in images}) == len(FIGURES)
    text = Reader(page(contents())).text
    for about in FIGURES.values():
        caption = about.text(has_phrases=True, beside_paper=True)
        assert {about.title, caption} <= set(text)


def test_hostile_text_never_appears_raw(contents, availability):
    hostile = [row | {"message": HOSTILE, "reason": HOSTILE} for row in availability]
    html = page(
        contents(
            title=HOSTILE,
            availability=hostile,
            parameters={"title": HOSTILE, HOSTILE: [HOSTILE]},
            versions={HOSTILE: HOSTILE},
        )
    )
    assert "<script" not in html
    reader = Reader(html)
    assert HOSTILE in reader.text  # it is shown as what it is
    assert not any(tag == "script" for tag, _ in reader.tags)


def test_unknown_words_are_told_and_many_of_them_stand_out(contents):
    many = contents()
    html = page(many)
    told = "10.0 % of the captions&#39; tokens have no vector (100 of 1,000, 1 word)"
    assert f'<p class="banner"><strong>{told}' in html
    assert "the most frequent: &lt;b&gt; (100)" in html
    few = many.coverage.assign(tokens=[950, 40, 10])
    html = page(contents(coverage=few))
    assert '<p class="soft">1.0 % of the captions' in html
    assert "What can be done" not in html
    assert "have no vector" not in page(contents(coverage=many.coverage[:2]))


def test_numbers_stand_beside_the_papers(contents):
    text = Reader(page(contents())).text
    for shown in ("0.11 ± 0.01", "0.21 ± 0.04", "11,732", "236 of 4,489", "732,354", "3.11.0"):
        assert shown in text
    assert "always on: 0.64" in text
    assert "90.0 % (2 words)" in text


def test_rendered_audio_has_a_banner_and_recorded_audio_none(contents, make_measures):
    assert 'class="banner"' in page(contents())
    known_words = contents().coverage[:2]
    html = page(contents(measures=make_measures(audio="recorded"), coverage=known_words))
    assert 'class="banner"' not in html
    assert "endered audio" not in html


def test_missing_clips_are_listed_with_their_reason(contents):
    text = Reader(page(contents())).text
    assert "the account is gone" in text
    assert "account-terminated" in text
    assert "None" not in text


def test_the_listing_is_bounded_and_says_where_the_rest_lies(contents, availability):
    missing = next(row for row in availability if row["state"] == "missing")
    many = [missing | {"clip_id": f"clip{n:03d}"} for n in range(250)]
    text = Reader(page(contents(availability=many))).text
    assert "clip199" in text
    assert "clip200" not in text
    assert "These are the first 200 of 250." in text
    assert "data/demo/availability.csv" in text


def test_the_audit_stands_beside_the_papers_counts(contents):
    text = Reader(page(contents())).text
    assert "By state and reason" in text
    assert "4,350 of 4,590 (94.8 %)" in text
    assert "of them unresolved" in text


def test_attempts_and_times_are_listed_where_a_network_was_asked(contents, availability):
    tried = {"attempts": 4, "last_tried_utc": datetime(2026, 1, 2, 3, 4, tzinfo=UTC)}
    rows = [row | tried if row["state"] == "missing" else row for row in availability]
    text = Reader(page(contents(availability=rows))).text
    assert "last tried (UTC)" in text
    assert "2026-01-02 03:04" in text
    assert "last tried (UTC)" not in Reader(page(contents())).text


def test_with_every_clip_at_hand_there_is_no_listing(contents, availability):
    usable = [row | {"state": "ok", "reason": None, "message": None} for row in availability]
    assert "Clips without usable audio" not in page(contents(availability=usable))


def test_the_page_is_the_same_every_time_and_names_no_folder_of_this_machine(contents):
    parameters = {"title": "t", "retrieve": {"folder": "/home/someone/audio"}}
    html = page(contents(parameters=parameters))
    assert html == page(contents(parameters=parameters))
    assert "/home/someone" not in html
    assert "…/audio" in html


def test_two_seeds_are_both_listed(contents, make_measures, make_run):
    runs = [make_run("paper", 1), make_run("paper", 5)]
    models = [{**contents().models[0], "seed": seed} for seed in (1, 5)]
    html = page(contents(measures=make_measures(runs), models=models))
    assert "All runs" in html
    assert html.count("732,354") == 2


def said(html):
    """All text of a page, in one line."""
    return " ".join(" ".join(Reader(html).text).split())


def test_the_paper_stands_beside_its_own_data_alone(contents, make_measures):
    text = said(page(contents(measures=make_measures(annotations="files"))))
    assert (
        "All numbers are of this run. Those of the paper are of other clips, AudioGrounding v1's"
        in text
    )
    # An entry may train otherwise than the paper; what it does is listed.
    assert "called paper is of this run too: trained here, with this data set's own" in text
    assert "paper's settings" not in text
    for number in (
        "published",
        "0.21 ± 0.04",
        "4,253",
        "11,732",
        "paper's authors",
    ):
        assert number not in text
    text = said(page(contents()))
    assert "Numbers called published are the ones in that paper" in text
    assert "what the paper's authors could still download" in text


def test_without_phrases_the_page_shows_retrieval_and_says_why(contents, without_phrases):
    html = page(contents(measures=without_phrases))
    text = said(html)
    assert text.count(NO_PHRASES_NOTE) == 1  # at the top, and not again under its tables
    images = [attributes for tag, attributes in Reader(html).tags if tag == "img"]
    assert len(images) == len(FIGURES) - 2
    for section in ("table-sed", "figure-sed_thresholds", "figure-alignment"):
        assert f'id="{section}"' not in html
    for word in ("Detection, F1", "Average precision", "always on", "annotated segments", " nan "):
        assert word not in text
    assert "0.12 ± 0.01" in text
