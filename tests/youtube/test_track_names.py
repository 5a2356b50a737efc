"""Tracks of one id under several names, and tracks that have names alone; no network."""

import pytest

from audiophrase.youtube.formats import choose
from audiophrase.youtube.track_names import says_not_original
from audiophrase.youtube.tracks import NoOriginalError, Offer, find_original


def german(name=None, **said) -> Offer:
    return Offer("251", track_id="de", name=name, language="de", **said)


def called(name, **said) -> Offer:
    return Offer("251", name=name, **said)


DESCRIPTIVE = """
Deutsch (Audiodeskription)
German descriptive
English - described video
Español (audiodescripción)
ESPAÑOL (AUDIODESCRIPCIÓN)
Français (audiodescription)
Italiano (descrizione audio)
Português (audiodescrição)
Nederlands (beschrijvend)
Svenska (syntolkning)
Polski (audiodeskrypcja)
日本語（音声解説）
日本語 音声ガイド
中文（口述影像）
한국어 화면 해설
Русский с тифлокомментариями
Français (doublé en studio)
Español doblado
日本語吹き替え
"""
PLAIN = "Deutsch, Français (Canada), Português, 日本語, English original, 한국어, Svenska, हिन्दी"


@pytest.mark.parametrize("name", DESCRIPTIVE.strip().splitlines())
def test_a_descriptive_track_is_known_in_many_languages(name):
    assert says_not_original(name)
    assert says_not_original(name.upper())
    with pytest.raises(NoOriginalError):
        find_original([german(name, is_default=True)])


@pytest.mark.parametrize("name", PLAIN.split(", "))
def test_a_plain_name_tells_nothing_against_a_track(name):
    assert not says_not_original(name)


@pytest.mark.parametrize("is_reversed", [False, True])
@pytest.mark.parametrize("is_default", [False, True])
def test_names_that_differ_under_one_id_are_of_two_tracks(is_reversed, is_default):
    descriptive = german("Deutsch (Audiodeskription)", is_default=not is_default)
    plain = german("Deutsch", is_default=is_default)
    original = find_original([descriptive, plain][:: -1 if is_reversed else 1])
    assert original.identities == {plain.identity}
    assert descriptive.identity != plain.identity


def test_of_two_plain_names_under_one_id_neither_is_guessed():
    with pytest.raises(NoOriginalError, match=r"of de \(of 2 names\)"):
        find_original([german("Deutsch"), german("Hauptton")])
    with pytest.raises(NoOriginalError, match="several are told"):
        find_original([german("A", is_default=True), german("B", is_default=True)])


def test_a_format_without_a_name_is_of_the_one_name_that_its_id_has():
    named, nameless = german("Deutsch  Original"), german()
    english = Offer("251", track_id="en", name="English", language="en", is_default=True)
    original = find_original([nameless, english, named, german("deutsch original")])
    assert original.identities == {named.identity, nameless.identity}
    assert named.identity != nameless.identity


@pytest.mark.parametrize("said", [{}, {"is_default": True}, {"contents": frozenset({"original"})}])
def test_a_format_without_a_name_is_of_neither_of_two(said):
    offers = [german("Deutsch (Audiodeskription)"), german("Deutsch"), german(**said)]
    try:
        identities = find_original(offers).identities
    except NoOriginalError:
        return
    assert identities == {offers[1].identity}


UNTOLD = {
    "two originals without an id": [called("English original"), called("German original")],
    "two defaults without an id": [called("A", is_default=True), called("B", is_default=True)],
    "an id and a name that nothing ties": [
        Offer("251", track_id="de.4", language="de"),
        called("English original"),
    ],
    "two ids of a language": [
        Offer("251", track_id="de.4", language="de"),
        Offer("251", track_id="de-AT.4", language="de"),
    ],
}


@pytest.mark.parametrize("name", UNTOLD)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_several_that_are_told_are_none(name, is_reversed):
    with pytest.raises(NoOriginalError, match="several are told"):
        find_original(UNTOLD[name][:: -1 if is_reversed else 1])


def test_one_name_written_twice_is_one_track():
    original = find_original([called("English original"), called("ENGLISH original")])
    assert original.identities == {called("English Original").identity, None}


def entry(name, *, is_default):
    track = {"id": "de", "displayName": name, "audioIsDefault": is_default}
    url = f"https://r1.googlevideo.com/videoplayback?itag=251&lmt={len(name)}"
    return {"itag": 251, "url": url, "mimeType": 'audio/webm; codecs="opus"', "audioTrack": track}


@pytest.mark.parametrize("is_default", [True, False])
def test_the_plain_track_is_fetched_where_a_descriptive_one_has_its_id(is_default):
    listed = [
        entry("Deutsch (Audiodeskription)", is_default=is_default),
        entry("Deutsch", is_default=False),
    ]
    known = {"ext": "webm", "acodec": "opus", "vcodec": "none", "protocol": "https"}
    playable = [{**known, "format_id": "251", "url": each["url"]} for each in listed]
    assert choose(listed, playable).format["url"] == listed[1]["url"]
    with pytest.raises(NoOriginalError):
        choose(listed, playable[:1])
