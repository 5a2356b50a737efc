"""Which format is fetched, by what players list and what yt-dlp makes of it; no network."""

import base64
import json
from string import ascii_lowercase as LETTERS

import pytest
from fakeyoutube.tracks import encode_tags

from audiophrase.clips.availability import State
from audiophrase.youtube.answers import player_formats
from audiophrase.youtube.evidence import MAX_CHARACTERS, Evidence
from audiophrase.youtube.formats import Choice, NoFormatError, choose, read_offer
from audiophrase.youtube.opener import Exchange
from audiophrase.youtube.tracks import NoOriginalError, Offer, Track, find_original
from audiophrase.youtube.verdict import judge
from audiophrase.youtube.xtags import read_xtags

MIMES = {"webm": 'audio/webm; codecs="opus"', "m4a": 'audio/mp4; codecs="mp4a.40.2"'}
CODECS = {"webm": "opus", "m4a": "mp4a.40.2"}
WEBM = (251, 250, 249, 600, 774, 338)


class Video:
    """What a player lists of a video, and what yt-dlp would make of it."""

    def __init__(self) -> None:
        self.listed, self.playable = [], []

    def add(self, itag=251, track=None, *, playable=True, url="", query="", **changed) -> str:
        """A format; returns its address."""
        ext = "webm" if itag in WEBM else "m4a"
        url = url or f"https://r1.googlevideo.com/videoplayback?itag={itag}&lmt={len(self.listed)}"
        url += query
        kept = {key: changed.pop(key) for key in ("isDrc", "xtags") if key in changed}
        entry = {"itag": itag, "url": url, "mimeType": MIMES[ext], **kept}
        if track is not None:
            entry["audioTrack"] = track
        self.listed.append(entry)
        each = {"format_id": f"{itag}-{len(self.listed)}", "url": url, "ext": ext, "tbr": itag}
        each |= {"acodec": CODECS[ext], "vcodec": "none", "protocol": "https"}
        if playable:
            self.playable.append(each | changed)
        else:
            del entry["url"]
        return url

    def choose(self) -> Choice:
        return choose(self.listed, self.playable)


@pytest.fixture
def video():
    return Video()


# xtags.


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("acont=original:lang=en-US", {"acont": "original", "lang": "en-US"}),
        ("drc=1", {"drc": "1"}),
        # As players answer.
        ("CggKA2RyYxIBMQ", {"drc": "1"}),
        ("CggKA2RyYxIBMQ==", {"drc": "1"}),
        ("CgcKAnZiEgEx", {"vb": "1"}),
        (
            "ChEKBWFjb250EghvcmlnaW5hbAoNCgRsYW5nEgVlbi1VUw",
            {"acont": "original", "lang": "en-US"},
        ),
        (
            "ChEKBWFjb250EghvcmlnaW5hbAoICgNkcmMSATEKDQoEbGFuZxIFZW4tVVM",
            {"acont": "original", "drc": "1", "lang": "en-US"},
        ),
        (
            "ChQKBWFjb250EgtkdWJiZWQtYXV0bwoKCgRsYW5nEgJ1aw",
            {"acont": "dubbed-auto", "lang": "uk"},
        ),
    ],
)
def test_xtags_of_both_forms_are_read(value, expected):
    assert read_xtags(value) == expected


def test_what_is_encoded_is_read():
    tags = {"acont": "original", "lang": "de", "drc": "1"}
    assert read_xtags(encode_tags(tags)) == tags


@pytest.mark.parametrize(
    "value",
    [None, 7, "", "=", "a=b=c", "Cgg", "CggKA2RyYxIBM", "____", "é", "C" * 99, "a=b" * 9999, "=1"],
)
def test_xtags_that_are_none_say_nothing(value):
    assert read_xtags(value) == {}


def test_a_message_that_was_cut_says_nothing():
    message = base64.b64decode(encode_tags({"lang": "de"}) + "=")
    assert read_xtags(base64.b64encode(message).decode()) == {"lang": "de"}
    for n_left in range(len(message)):
        assert read_xtags(base64.b64encode(message[:n_left]).decode()) == {}


def test_what_is_not_a_pair_is_passed_over():
    message = "CAEQARgB" + "CggKA2RyYxIBMQ"  # three numbers, and a pair
    assert read_xtags(message) == {"drc": "1"}


# Which track.


def named(id_, name=None, **said) -> Offer:
    return Offer("251", track_id=id_, name=name, language=id_.partition(".")[0], **said)


ORIGINALS = {
    "of all signs": [
        named("de.4", "German original", contents=frozenset({"original"})),
        named("en.10", "English", is_default=True, is_auto_dubbed=True),
    ],
    "acont before the default": [
        named("en", is_default=True),
        named("de", contents=frozenset({"original"})),
    ],
    "the id before the default": [named("en.3", is_default=True), named("de.4")],
    "the name before the default": [named("en", is_default=True), named("de", "original: German")],
    "what is told by another player": [
        named("de"),
        named("en", is_default=True),
        named("de", contents=frozenset({"original"})),
    ],
    "the default, nothing else told": [named("de", is_default=True), named("en")],
    "the default that is no dub": [
        named("en", is_default=True, is_auto_dubbed=True),
        named("de", is_default=True),
        named("fr"),
    ],
    "the others are dubs": [named("en.3"), named("fr.10"), named("es.2"), named("de")],
    "without an id": [
        Offer("251", language="de", contents=frozenset({"original"})),
        Offer("251", language="en", contents=frozenset({"dubbed"})),
    ],
    "of two names": [
        named("de.4"),
        Offer("140", language="de", contents=frozenset({"original"})),
        named("en.3"),
    ],
}


@pytest.mark.parametrize("name", ORIGINALS)
@pytest.mark.parametrize("is_reversed", [False, True])
def test_the_original_is_told(name, is_reversed):
    offers = ORIGINALS[name][::-1] if is_reversed else ORIGINALS[name]
    original = find_original(offers)
    assert original.track.language == "de"
    german = {offer.identity for offer in offers if offer.language == "de"}
    assert original.identities == german


UNTOLD = {
    "no sign": [named("de"), named("en")],
    "two defaults": [named("de", is_default=True), named("en", is_default=True)],
    "two originals": [named("de.4"), named("en.4")],
    "dubs alone": [named("en.3"), named("fr.10")],
    "one dub alone": [named("en.3", is_default=True)],
    "a dub by its name": [named("en", "English dubbed", is_default=True)],
    "a dub by its content": [named("en", contents=frozenset({"dubbed-auto"}))],
    "a dub by machine": [named("en", is_auto_dubbed=True)],
    "secondary": [named("de", contents=frozenset({"secondary"}))],
    "descriptive": [named("de", "German descriptive")],
    "two contents": [named("de.4", contents=frozenset({"original", "dubbed"}))],
    "contradicted, beside a default": [
        named("de.4", contents=frozenset({"dubbed"})),
        named("en", is_default=True),
    ],
    "contradicted, beside one that is left": [
        named("de.4", contents=frozenset({"dubbed"})),
        named("en"),
    ],
    "no track told beside dubs": [Offer("251"), named("en.3"), named("fr.3")],
    "one left, beside one without a track": [Offer("251"), named("en.3"), named("de")],
}


@pytest.mark.parametrize("name", UNTOLD)
def test_what_is_not_told_is_not_guessed(name):
    with pytest.raises(NoOriginalError, match="no original audio track"):
        find_original(UNTOLD[name])


def test_formats_without_a_track_are_of_the_only_one_there_is():
    assert find_original([Offer("251")]).track == Track(None, None, "only-track")
    one = find_original([Offer("251"), named("de")])
    assert one.track == Track("de", "de", "only-track")
    assert one.identities == {"de", None}
    two = find_original([Offer("251"), named("de.4"), named("en.3")])
    assert two.identities == {"de.4"}


@pytest.mark.parametrize(
    "hostile",
    ["429", "not a bot", "Private video", "<script>", "x" * 100_000, "\x1b[2J", "de.4\n", "_"],
)
def test_a_refusal_is_bounded_whatever_tracks_are_called(hostile):
    entry = {"mimeType": "audio/webm", "itag": 251, "url": "https://x"}
    track = {"id": hostile, "displayName": hostile, "audioIsDefault": 1}
    tagged = {"xtags": encode_tags({"acont": hostile[:99], "lang": hostile[:99]})}
    listed = [{**entry, "audioTrack": track}, {**entry, **tagged}]
    listed += [{**entry, "audioTrack": {"id": f"{a}{b}.3"}} for a in "abcdefgh" for b in LETTERS]
    with pytest.raises(NoOriginalError) as caught:
        choose(listed, [])
    assert len(str(caught.value)) < MAX_CHARACTERS
    assert "more" in str(caught.value)
    verdict = judge(Evidence("page", errors=(f"NoOriginalError: {caught.value}",)))
    assert (verdict.state, verdict.reason) == (State.UNRESOLVED, "no-original-track")


def test_a_refusal_does_not_bear_on_the_run():
    with pytest.raises(NoOriginalError) as caught:
        find_original([named("es-419.3"), named("en-US.3")])
    verdict = judge(Evidence("page", errors=(str(caught.value),)))
    assert verdict.reason == "no-original-track"
    assert "en-US.3, es-419.3" in verdict.message


# Which format of it.

ORDER = [  # the best first
    *((251, {}), (774, {"tbr": 256.0}), (250, {"tbr": 70.0}), (249, {"tbr": 50.0})),
    *((140, {}), (141, {"tbr": 256.0}), (139, {"tbr": 48.0})),
    *((338, {"audio_channels": 4}), (256, {"audio_channels": 6})),
]


@pytest.mark.parametrize("n_left", range(1, len(ORDER) + 1))
@pytest.mark.parametrize("is_reversed", [False, True])
def test_opus_comes_before_aac_and_stereo_before_more(video, n_left, is_reversed):
    left = ORDER[-n_left:]
    for itag, changed in left[::-1] if is_reversed else left:
        video.add(itag, **changed)
    assert video.choose().format_id == str(left[0][0])


PROCESSED = [{"isDrc": True}, {"xtags": "CggKA2RyYxIBMQ"}, {"query": "&xtags=drc%3D1"}]
BOOSTED = [{"xtags": "CgcKAnZiEgEx"}, {"query": "&xtags=vb%3D1"}]


@pytest.mark.parametrize("how", [*PROCESSED, *BOOSTED])
@pytest.mark.parametrize("plain", [251, 139])
def test_plain_audio_comes_before_processed(video, how, plain):
    video.add(251, **how)
    assert video.choose().format_id == ("251-vb" if how in BOOSTED else "251-drc")
    url = video.add(plain)
    assert (video.choose().format["url"], video.choose().format_id) == (url, str(plain))


def test_what_yt_dlp_takes_for_damaged_comes_last(video):
    video.add(251, preference=-10)
    video.add(140, isDrc=True)
    assert video.choose().format_id == "140-drc"


def test_the_player_asked_first_is_the_first_of_equals(video):
    first = video.add(251)
    video.add(251)
    assert video.choose().format["url"] == first


@pytest.mark.parametrize(
    "changed",
    [
        {"vcodec": "avc1.64001f"},
        {"acodec": "none"},
        {"acodec": "iamf.001"},
        {"ext": "mp4"},
        {"protocol": "m3u8_native"},
        {"fragments": [{}]},
        {"has_drm": True},
        {"url": None},
    ],
)
def test_what_cannot_be_read_is_not_taken(video, changed):
    video.add(251)
    video.playable[0] |= changed
    with pytest.raises(NoFormatError, match="Requested format is not available") as caught:
        video.choose()
    assert judge(Evidence("page", errors=(str(caught.value),))).reason == "format-unavailable"
    video.add(139)
    assert video.choose().format_id == "139"


def test_without_audio_there_is_nothing_to_choose():
    with pytest.raises(NoFormatError, match="no audio is offered"):
        choose([{"mimeType": "video/mp4", "itag": 137}], [])


# How the two are joined.


@pytest.mark.parametrize("order", [1, -1])
def test_formats_are_told_apart_by_their_addresses(video, order):
    dub = video.add(251, {"id": "en.3", "audioIsDefault": True})
    original = video.add(251, {"id": "de.4"})
    video.playable = [each | {"format_id": "251-0"} for each in video.playable[::order]]
    assert video.choose().format["url"] == original != dub
    assert video.choose().track == Track("de.4", "de", "id-suffix")


def test_an_address_is_known_with_its_challenge_solved(video):
    video.add(251, {"id": "en.3"}, query="&n=unsolved&a=1%2F2")
    video.add(251, {"id": "de.4"}, query="&a=1%2F2&n=unsolved&sig=x")
    ciphered = video.listed[1].pop("url").replace("&sig=x", "")
    quoted = ciphered.replace("&", "%26").replace("%2F", "%252F")
    video.listed[1]["signatureCipher"] = f"s=AB&sp=sig&url={quoted}"
    for each in video.playable:
        each["url"] = each["url"].replace("n=unsolved", "n=solved") + "&pot=token"
    assert video.choose().format is video.playable[1]


def test_an_original_without_an_address_is_not_replaced(video):
    video.add(251, {"id": "en.3"})
    video.add(251, {"id": "de.4"}, playable=False)
    with pytest.raises(NoOriginalError, match=r"of de\.4, en\.3, it is de\.4"):
        video.choose()
    video.add(140, {"id": "de.4"})
    assert video.choose().format_id == "140"


def test_one_address_for_two_tracks_is_neither(video):
    url = video.add(251, {"id": "en.3"})
    video.add(251, {"id": "de.4"}, url=url)
    with pytest.raises(NoOriginalError, match="can be read"):
        video.choose()


def test_an_address_that_is_not_known_speaks_for_itself(video):
    """As if a new yt-dlp changed addresses otherwise."""
    video.add(251, {"id": "en.3"})
    video.add(251, {"id": "de.4"})
    for each, acont in zip(video.playable, ("dubbed", "original"), strict=True):
        each["url"] = f"https://r9.googlevideo.com/x?xtags=acont%3D{acont}"
    assert video.choose().format is video.playable[1]
    video.playable = [video.playable[0] | {"url": "https://r9.googlevideo.com/x"}]
    with pytest.raises(NoOriginalError):
        video.choose()
    video.listed.clear()
    assert video.choose().track.chosen_by == "only-track"


def test_a_language_of_captions_stands_in_for_that_of_an_only_track(video):
    video.add(251, language="de")
    assert video.choose().track == Track(None, "de", "only-track")


@pytest.mark.parametrize(
    "entry",
    [
        {"audioTrack": "de.4"},
        {"audioTrack": {"id": 7, "displayName": ["original"], "audioIsDefault": "yes"}},
        {"url": 3, "signatureCipher": 4, "xtags": {}},
        {"url": "https://[bad/?xtags=acont%3Doriginal"},
        {"url": "https://x/?" + "a=1&" * 1000},
        {"itag": None, "isDrc": "no"},
    ],
)
def test_entries_of_wrong_types_are_read_as_far_as_they_go(entry):
    offer = read_offer({"mimeType": "audio/webm", "itag": 251, **entry})
    assert (offer.track_id, offer.name, offer.is_default, offer.signs()) == (
        None,
        None,
        False,
        set(),
    )
    assert read_offer(entry) is None


def test_a_text_of_a_player_steers_no_terminal():
    entry = {"mimeType": "audio/webm", "itag": 251, "url": "https://x"}
    named = read_offer({**entry, "audioTrack": {"id": "de\x1b[2J.4", "displayName": "a\u202eb\n"}})
    assert (named.track_id, named.name) == ("de [2J.4", "a b")
    endless = read_offer({**entry, "audioTrack": {"id": "x" * 10_000}})
    assert len(endless.track_id) < 100


def test_formats_of_all_players_are_listed_but_not_of_another_video():
    def exchange(video_id: str | None, itag: int) -> Exchange:
        details = {} if video_id is None else {"videoDetails": {"videoId": video_id}}
        streaming = {"adaptiveFormats": [{"itag": itag}, 3, None], "formats": [{"itag": 18}]}
        answer = {"playabilityStatus": {}, "streamingData": streaming, **details}
        return Exchange("/youtubei/v1/player", b"{}", bytearray(json.dumps(answer).encode()))

    page = b"var ytInitialPlayerResponse = " + exchange("this", 251).body
    exchanges = [Exchange("/watch", b"", bytearray(page)), exchange("other", 139)]
    exchanges += [exchange("this", 140), exchange(None, 141)]
    found = [entry["itag"] for entry in player_formats(exchanges, "this")]
    assert found == [18, 251, 18, 140, 18, 141]
