"""Which of a video's formats is fetched: the original's, plain before processed, Opus before AAC.

What the players list tells the tracks; what yt-dlp made of it can be fetched. The two are joined by
their addresses, as yt-dlp numbers formats of one itag in an order of its own (`140-0`, `140-1`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from audiophrase.youtube.section import CONTAINERS
from audiophrase.youtube.tracks import NoOriginalError, Offer, Track, find_original, list_tracks
from audiophrase.youtube.xtags import read_xtags

# 251: Opus at up to 160 kbit/s; 140: AAC at 128 kbit/s. Others of their codecs by bitrate.
PREFERRED = ("251", "140")
CODECS = ("opus", "mp4a.40.2", "mp4a", "vorbis", "ec-3", "ac-3", "flac")  # the best first
MAX_LISTED = 5000  # formats of all players
MAX_CHARACTERS = 80  # of a track's id or name
STEREO = 2  # of more channels, the mean of all is no longer what was mixed
_COUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_MADE_BY_YT_DLP = ("n", "pot", "sig", "signature", "lsig")  # parameters it replaces or adds


class NoFormatError(Exception):
    """Nothing of the track can be fetched, or read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A format of yt-dlp's, and what it is: `251`, or `140-drc` where there is no plain one.

    Attributes:
        index_end: where the index in front of its sound ends, in bytes, if the players say one place.
    """

    format: Mapping[str, Any]
    format_id: str
    track: Track
    index_end: int | None = None


def choose(listed: Iterable[Mapping[str, Any]], playable: Iterable[Mapping[str, Any]]) -> Choice:
    """The format to fetch.

    Args:
        listed: formats as the players answered, with or without an address.
        playable: yt-dlp's formats, which have one.

    Raises:
        NoOriginalError: the original track is not known, or has no address.
        NoFormatError: there is no audio that can be read.
    """
    listed = list(listed)[:MAX_LISTED]
    offers, by_address = [], defaultdict(list)
    for entry in listed:
        if (offer := read_offer(entry)) is not None:
            offers.append(offer)
            if url := _url(entry):
                by_address[_address(url)].append(offer)
    readable = [each for each in playable if _is_readable(each)]
    pairs = []
    for each in readable:
        same = by_address.get(_address(str(each["url"])))
        if not same:  # its own address may tell
            same = [_offer(str(each.get("format_id")).split("-")[0], {}, str(each["url"]), {})]
            offers += same
        pairs.append((each, same))
    if not offers:
        raise NoFormatError("Requested format is not available: no audio is offered")
    original = find_original(offers)
    own = [pair for pair in pairs if {offer.identity for offer in pair[1]} <= original.identities]
    if not own and original.identities - {None}:
        name = list_tracks([offer for offer in offers if offer.identity in original.identities])
        raise NoOriginalError(
            f"no original audio track that can be read: of {list_tracks(offers)}, it is {name}"
        )
    if not own:
        raise NoFormatError("Requested format is not available: no audio that can be read")
    best, same = min(own, key=lambda pair: _rank(*pair))
    processing = _processing(same)
    language = original.track.language or _string(best.get("language"))
    return Choice(
        format=best,
        format_id=f"{same[0].itag}-{processing}" if processing else same[0].itag,
        track=Track(original.track.audio_track, language, original.track.chosen_by),
        index_end=_index_end(listed, same[0].itag, best.get("filesize")),
    )


def read_offer(entry: Mapping[str, Any]) -> Offer | None:
    """What a player says of an audio format; None if it is no such format."""
    if not str(entry.get("mimeType")).startswith("audio/"):
        return None
    track = entry.get("audioTrack")
    return _offer(
        str(entry.get("itag"))[:MAX_CHARACTERS],
        track if isinstance(track, Mapping) else {},
        _url(entry),
        {"tags": entry.get("xtags"), "is_drc": entry.get("isDrc")},
    )


def _offer(itag: str, track: Mapping[str, Any], url: str, beside: Mapping[str, Any]) -> Offer:
    in_url = _query(url).get("xtags", [""])[0]
    xtags = [read_xtags(beside.get("tags")), read_xtags(in_url)]
    languages = [_string(tags.get("lang")) for tags in xtags]
    contents = [_string(tags.get("acont")) for tags in xtags]
    track_id = _string(track.get("id"))
    is_drc = bool(beside.get("is_drc")) or any(tags.get("drc") == "1" for tags in xtags)
    is_boosted = any(tags.get("vb") == "1" for tags in xtags)
    return Offer(
        itag=itag,
        track_id=track_id,
        name=_string(track.get("displayName")),
        language=next(filter(None, [(track_id or "").partition(".")[0], *languages]), None),
        is_default=track.get("audioIsDefault") is True,
        is_auto_dubbed=track.get("isAutoDubbed") is True,
        contents=frozenset(filter(None, contents)),
        processing="drc" if is_drc else "vb" if is_boosted else None,
    )


def _index_end(listed: Iterable[Mapping[str, Any]], itag: str, n_bytes: Any) -> int | None:
    """Where the index of the recording of this itag and length ends, if all who say it agree."""
    ends = set()
    for entry in listed:
        index = entry.get("indexRange")
        last = index.get("end") if isinstance(index, Mapping) else None
        is_it = (str(entry.get("itag")), str(entry.get("contentLength"))) == (itag, str(n_bytes))
        if is_it and isinstance(last, str) and _COUNT.fullmatch(last):
            ends.add(int(last) + 1)
    return ends.pop() if len(ends) == 1 else None


def _is_readable(each: Mapping[str, Any]) -> bool:
    """Audio alone, in one piece, in a container and a codec that are known."""
    return (
        each.get("vcodec") == "none"
        and str(each.get("acodec")).startswith(CODECS)
        and each.get("ext") in CONTAINERS
        and "fragments" not in each
        and not str(each.get("protocol")).startswith("m3u8")
        and not each.get("has_drm")
        and bool(each.get("url"))
    )


def _rank(each: Mapping[str, Any], same: list[Offer]) -> tuple[Any, ...]:
    """What is least is fetched; of equals, that of the player that was asked first."""
    codec = str(each.get("acodec"))
    channels, bitrate = each.get("audio_channels"), each.get("tbr")
    return (
        (each.get("preference") or 0) < 0,  # yt-dlp takes it for damaged
        _processing(same) is not None,
        isinstance(channels, int) and channels > STEREO,
        next(index for index, name in enumerate(CODECS) if codec.startswith(name)),
        same[0].itag not in PREFERRED,
        -(bitrate if isinstance(bitrate, int | float) else 0),
    )


def _processing(same: list[Offer]) -> str | None:
    return next((offer.processing for offer in same if offer.processing), None)


def _url(entry: Mapping[str, Any]) -> str:
    """The address of a listed format, whose signature may lie beside it; empty if it has none."""
    if isinstance(entry.get("url"), str):
        return entry["url"]
    return _parse(str(entry.get("signatureCipher") or "")).get("url", [""])[0]


def _address(url: str) -> tuple[Any, ...]:
    """What an address has in common with the same as a player gave it."""
    query = {name: value for name, value in _query(url).items() if name not in _MADE_BY_YT_DLP}
    return (url.partition("?")[0], *sorted((name, *values) for name, values in query.items()))


def _query(url: str) -> dict[str, list[str]]:
    try:
        return _parse(urlsplit(url).query)
    except ValueError:  # brackets that hold no address
        return {}


def _parse(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query, max_num_fields=200)
    except ValueError:
        return {}


def _string(value: Any) -> str | None:
    """A text of the player's, shortened, without what could steer a terminal."""
    if not isinstance(value, str):
        return None
    return "".join(c if c.isprintable() else " " for c in value[:MAX_CHARACTERS]).strip() or None
