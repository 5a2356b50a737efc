"""The JSON and HTML that the real extractor reads: a page, and what a player says."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from fakeyoutube.scenarios import Scenario
from fakeyoutube.sounds import FORMATS, LENGTHS_S, index_range, recording
from fakeyoutube.tracks import encode_tags

MEDIA_URL = "https://r1---sn-fake.googlevideo.com/videoplayback?id={id}&itag={itag}&ip=192.0.2.7"
PLAYER_URL = "/s/player/0123abcd/player_ias.vflset/en_US/base.js"


def page(video_id: str, scenario: Scenario) -> bytes:
    """The page of a video: configuration, what its own player says, and data with contents."""
    settings = {"INNERTUBE_API_KEY": "key", "PLAYER_JS_URL": PLAYER_URL, "STS": 20000}
    said = player(video_id, scenario, "WEB", media=None, port=0)
    data = {"contents": {"twoColumnWatchNextResults": {}}}
    return (
        "<!DOCTYPE html><html><head><title>A video - YouTube</title></head><body>"
        f"<script>ytcfg.set({json.dumps(settings)});</script>"
        f"<script>var ytInitialPlayerResponse = {json.dumps(said)};</script>"
        f"<script>var ytInitialData = {json.dumps(data)};</script>"
        f"<p>{scenario.page_text}</p></body></html>"
    ).encode()


def embedded_page() -> bytes:
    """What yt-dlp fetches before it asks as a player inside another site."""
    client = {"clientName": "WEB_EMBEDDED_PLAYER", "clientVersion": "2.20261001.00.00"}
    settings = {
        "INNERTUBE_CONTEXT": {"client": client},
        "INNERTUBE_CONTEXT_CLIENT_NAME": 56,
        "PLAYER_JS_URL": PLAYER_URL,
        "STS": 20000,
    }
    return f"<html><script>ytcfg.set({json.dumps(settings)});</script></html>".encode()


def player(
    video_id: str, scenario: Scenario, client: str, *, media: Path | None, port: int
) -> dict[str, Any]:
    """What a player client answers; without a folder of media, it names no formats."""
    playability = scenario.by_client.get(client, scenario.playability)
    length_s = LENGTHS_S[scenario.recording]
    answer = {
        "responseContext": {"visitorData": "CgtmYWtlIHZpc2l0b3I"},
        "playabilityStatus": playability,
        "videoDetails": {
            "videoId": scenario.answers_for or video_id,
            "title": "A video",
            "lengthSeconds": str(round(length_s)),
            "isLiveContent": False,
        },
    }
    if scenario.offered:
        formats = _offered(video_id, scenario, client, media)
    else:
        itags = () if media is None else scenario.itags
        formats = [_format(video_id, scenario, itag, media, port) for itag in itags]
    if playability["status"] != "OK" or not formats:
        return answer
    answer["streamingData"] = {"expiresInSeconds": "21540", "adaptiveFormats": formats}
    if scenario.advertisement_s is not None:
        answer["adPlacements"] = [_advertisement(scenario.advertisement_s)]
    return answer


def _offered(
    video_id: str, scenario: Scenario, client: str, media: Path | None
) -> list[dict[str, Any]]:
    """The formats of a scenario that names each; those of the page come without an address."""
    formats = []
    for index, offered in enumerate(scenario.offered):
        if not (client in offered.clients if offered.clients else media is not None):
            continue
        url = MEDIA_URL.format(id=video_id, itag=offered.itag) + f"&offered={index}"
        if offered.tags and not offered.tags_beside:
            url += f"&xtags={quote(':'.join(map('='.join, offered.tags.items())), safe='')}"
        alone = {"recording": offered.recording, "media_url": url}
        alone = replace(scenario, sabr=offered.address != "url", **alone)
        value = _format(video_id, alone, offered.itag, media, 0)
        if offered.address == "cipher":
            value["signatureCipher"] = urlencode({"s": "scrambled", "sp": "sig", "url": url})
        if offered.track is not None:
            value["audioTrack"] = dict(offered.track)
        if offered.is_drc:
            value["isDrc"] = True
        if offered.tags and offered.tags_beside:
            value["xtags"] = encode_tags(offered.tags)
        formats.append(value)
    return formats


def _format(video_id: str, scenario: Scenario, itag: int, media: Path, port: int) -> dict[str, Any]:
    kind = FORMATS[itag]
    value = {
        "itag": itag,
        "mimeType": kind.mime_type,
        "bitrate": kind.bitrate,
        "averageBitrate": kind.bitrate,
        "audioQuality": f"AUDIO_QUALITY_{kind.quality}",
        "audioSampleRate": str(kind.rate_hz),
        "audioChannels": 1,
        "approxDurationMs": str(round(LENGTHS_S[scenario.recording] * 1000)),
        "lastModified": "1700000000000000",
        "quality": "tiny",
    }
    if scenario.drm:
        value["drmFamilies"] = ["WIDEVINE"]
    if not scenario.sabr:
        url = scenario.media_url or MEDIA_URL
        value["url"] = url.format(id=video_id, itag=itag, port=port)
        content = recording(media, scenario.recording, itag).read_bytes()
        first, last = index_range(content)
        value["contentLength"] = str(len(content))
        value["initRange"] = {"start": "0", "end": str(first - 1)}
        value["indexRange"] = {"start": str(first), "end": str(last)}
    return value


def _advertisement(length_s: int) -> dict[str, Any]:
    renderer = {"instreamVideoAdRenderer": {"playerVars": f"length_seconds={length_s}"}}
    return {
        "adPlacementRenderer": {
            "config": {"adPlacementConfig": {"kind": "AD_PLACEMENT_KIND_START"}},
            "renderer": renderer,
        }
    }
