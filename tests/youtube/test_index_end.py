"""Where a recording's index ends, as the players of its video say."""

import json

import pytest

from audiophrase.youtube.answers import player_formats
from audiophrase.youtube.formats import choose
from audiophrase.youtube.opener import Exchange

ID = "-_aBcDeFg0-"
URL = "https://r1.googlevideo.com/videoplayback?itag="
PLAYABLE = {"url": f"{URL}251", "ext": "webm", "acodec": "opus", "vcodec": "none", "filesize": 1000}


def stated(end, itag=251, length="1000"):
    kind = {"mimeType": 'audio/webm; codecs="opus"', "url": f"{URL}{itag}"}
    index = {"indexRange": {"start": "9", "end": end}}
    return {"itag": itag, "contentLength": length, **kind, **index}


def exchange(*formats, video_id=ID) -> Exchange:
    details = {} if video_id is None else {"videoDetails": {"videoId": video_id}}
    answer = {"playabilityStatus": {}, "streamingData": {"adaptiveFormats": formats}, **details}
    return Exchange("/youtubei/v1/player", b"{}", bytearray(json.dumps(answer).encode()))


def index_end(*exchanges, n_bytes=1000):
    return choose(player_formats(exchanges, ID), [{**PLAYABLE, "filesize": n_bytes}]).index_end


def test_the_end_of_the_index_is_that_of_the_very_format():
    listed = exchange(stated("7", itag=140), stated("99"), stated("8", length="999"))
    assert index_end(listed, listed) == 100
    assert index_end(listed, n_bytes=1001) is None
    assert index_end(listed, exchange(stated("98"))) is None  # they disagree


def test_another_video_says_nothing_of_this_one():
    assert index_end(exchange(stated("99")), exchange(stated("7"), video_id="of another.")) == 100
    assert index_end(exchange(stated("99"), video_id=None)) == 100
    assert index_end(exchange(stated("99"), video_id="of another.")) is None


@pytest.mark.parametrize("end", [None, 7, "", "-1", "1e3", "9" * 30, "٣", ["1"], {}])
def test_what_is_no_place_is_none(end):
    assert index_end(exchange(stated(end))) is None


@pytest.mark.parametrize("strange", [None, 7, [], "x", {"end": ["1"]}])
def test_an_index_of_the_wrong_type_is_none(strange):
    assert index_end(exchange({**stated("1"), "indexRange": strange})) is None
    assert index_end(exchange(stated("99"), strange)) == 100
