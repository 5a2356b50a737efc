"""How the page is built: what a reader without eyes, or with a keyboard alone, finds their way by."""

import json
import re
from html import escape
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlsplit

import pytest

from audiophrase.report import catalogue
from audiophrase.report.page import SECTIONS, page
from audiophrase.report.players import sounds

HOSTILE = "<script>alert(1)</script> \"'& 🐕 نباح كلب \u202edog"
SHOWS = "The loss falls from 1.98 to 1.45."
SOUND = "data:audio/ogg;base64,AAAA"


def svg(shows=SHOWS, clips=()):
    """A picture with what it says of itself, as Matplotlib writes it."""
    source = f"<dc:source>{escape(json.dumps(clips))}</dc:source>" if clips else ""
    said = f"<dc:description>{escape(shows)}</dc:description>{source}"
    namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    return f"<svg {namespaces}><metadata>{said}</metadata></svg>".encode()


class Page(HTMLParser):
    """The tags of a page with their attributes, its tables by row, and its text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.rows, self.text = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("th", "td"):
            self.rows[-1].append((tag, dict(attrs).get("scope")))

    def handle_data(self, data):
        self.text.append(data)

    def attributes(self, *tags):
        return [attributes for tag, attributes in self.tags if tag in tags]

    def count(self, tag):
        return len(self.attributes(tag))


@pytest.fixture
def opened(page_contents):
    """Function from changes of the contents to the page."""

    def make(clips=(("a", "a dog barks"),), **changes):
        figures = [(about, svg(clips=clips)) for about in catalogue.figures().values()]
        known = {"figures": figures, "sounds": {"a": SOUND}}
        return Page(page(page_contents(**known | changes)))

    return make


def test_every_table_has_a_caption_and_every_row_a_header(opened):
    shown = opened()
    assert shown.count("table") == shown.count("caption") > 5
    for first, *others in shown.rows:
        assert first in (("th", "col"), ("th", "row"))
        assert {cell for cell in others if cell[0] == "th"} <= {("th", first[1])}


def test_ids_are_used_once_and_every_link_within_the_page_leads_somewhere(opened):
    shown = opened()
    ids = [attributes["id"] for _, attributes in shown.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    inside = [a["href"][1:] for a in shown.attributes("a") if a["href"].startswith("#")]
    assert set(inside) <= set(ids)
    assert {section.name for section in SECTIONS} <= set(inside)
    labels = {a["aria-labelledby"] for _, a in shown.tags if "aria-labelledby" in a}
    assert labels <= set(ids)


def test_headings_leave_no_level_out_and_there_is_one_main_part(opened):
    shown = opened()
    levels = [int(tag[1]) for tag, _ in shown.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert shown.count("main") == shown.count("nav") == 1
    assert shown.attributes("html")[0]["lang"] == "en"
    assert shown.tags[[tag for tag, _ in shown.tags].index("body") + 1][1]["href"] == "#main"


def test_files_are_linked_beside_the_page_and_the_paper_by_its_addresses(opened):
    addresses = [a["href"] for a in opened().attributes("a") if not a["href"].startswith("#")]
    away = [urlsplit(address) for address in addresses if urlsplit(address).scheme]
    assert {address.netloc for address in away} == {"arxiv.org", "doi.org"}
    beside = {address for address in addresses if not urlsplit(address).scheme}
    assert not any(address.startswith("/") for address in beside)
    assert {
        "explorer/index.html",
        "measures.csv",
        "metrics.json",
        "tables/sed.csv",
        "figures/training.svg",
        "../../data/demo/availability.csv",
    } <= beside


def test_a_picture_is_told_by_what_it_shows(opened):
    for image in opened().attributes("img"):
        assert image["alt"].endswith(SHOWS)


def test_the_clips_of_a_figure_can_be_heard_where_the_page_has_their_sound(opened):
    players = opened().attributes("audio")
    assert len(players) == len(catalogue.figures())
    assert all(player["src"] == SOUND and "controls" in player for player in players)
    assert players[0]["aria-label"] == "Clip 1: a dog barks"
    silent = opened(sounds={})
    assert not silent.attributes("audio")
    assert "figures.audio" in silent.text
    assert "“a dog barks”" in silent.text


def test_the_note_on_rendered_audio_is_said_once(opened):
    said = [text for text in opened().text if text.startswith("Rendered audio:")]
    assert len(said) == 1


def test_what_several_tables_say_is_said_once(opened):
    text = opened().text
    assert len(text) > 100
    notes = [line for line in text if line.startswith("Intervals are bootstrap percentiles")]
    assert len(notes) == 1


def test_published_numbers_and_the_variant_paper_are_told_apart(opened, make_measures):
    shown = opened(measures=make_measures(audio="recorded"))
    words = " ".join(" ".join(shown.text).split())
    assert "published: 67 of 70" in words
    assert "phrases, published" in shown.text
    assert "of this run too: trained here" in words
    assert not any(text.endswith(", paper") for text in shown.text)


def test_hostile_text_is_text_wherever_it_comes_from(opened, page_contents, make_measures):
    missing = page_contents().availability[2]
    shown = opened(
        clips=[["a", HOSTILE], [HOSTILE, HOSTILE]],
        title=HOSTILE,
        dataset=HOSTILE,
        availability=[{**missing, "clip_id": HOSTILE, "message": HOSTILE}],
        coverage=page_contents().coverage.assign(word=HOSTILE),
        models=[{**page_contents().models[0], "versions": {HOSTILE: HOSTILE}}],
        measures=make_measures(changes={"paper": {"train": {HOSTILE: HOSTILE}}}),
    )
    assert not shown.attributes("script")
    assert f"“{HOSTILE}”" in shown.text
    assert shown.text.count(HOSTILE) >= 4  # title, data set, clip and message
    assert shown.attributes("audio")[0]["aria-label"] == f"Clip 1: {HOSTILE}"


def test_sound_is_read_for_the_clips_that_are_shown_and_have_some(make_shard):
    table = make_shard(["a", "b", "silent"])
    known = sounds([table], ["b", "gone", "missing"])
    assert list(known) == ["b"]
    assert known["b"].startswith("data:audio/ogg;base64,T2dnUw")  # OggS
