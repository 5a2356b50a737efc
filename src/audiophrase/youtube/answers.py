"""What YouTube's players answered about a video, read from the bytes that came over the wire.

yt-dlp's exception names one reason of several answers, and sometimes none: the answers themselves
are the evidence.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from audiophrase.youtube.evidence import PlayerAnswer
from audiophrase.youtube.opener import Exchange

PAGE_CLIENT = "page"  # what the page itself was told
_INITIAL_RESPONSE = re.compile(r"ytInitialPlayerResponse\s*=\s*(?={)")


def player_answers(exchanges: Iterable[Exchange]) -> tuple[PlayerAnswer, ...]:
    """One answer a player client that was asked and answered with JSON."""
    return tuple(_answer(client, value) for client, value in _responses(exchanges))


def player_formats(exchanges: Iterable[Exchange], youtube_id: str) -> tuple[dict[str, Any], ...]:
    """The formats that the players list for a video, also those without an address, as they are."""
    formats = []
    for _, value in _responses(exchanges):
        if _at(value, "videoDetails", "videoId") in (youtube_id, None):
            formats += _formats(value.get("streamingData"))
    return tuple(formats)


def _responses(exchanges: Iterable[Exchange]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of a player client, and what it was told."""
    for exchange in exchanges:
        text = exchange.body.decode("utf-8", errors="replace")
        if exchange.path == "/watch":
            match = _INITIAL_RESPONSE.search(text)
            client, value = PAGE_CLIENT, _parse(text, match.end()) if match else None
        else:
            asked = _parse(exchange.asked.decode("utf-8", errors="replace"))
            client = str(_at(asked, "context", "client", "clientName") or "player")
            value = _parse(text)
        if isinstance(value, dict) and isinstance(value.get("playabilityStatus"), dict):
            yield client, value


def _answer(client: str, value: dict) -> PlayerAnswer:
    playability = value["playabilityStatus"]
    screen = playability.get("errorScreen")
    renderer = _at(screen, "playerErrorMessageRenderer")
    view = _at(screen, "playerInterstitialRenderer", "content", "interstitialViewModel")
    captcha = "captcha" if isinstance(_at(screen, "playerCaptchaViewModel"), dict) else None
    reason = playability.get("reason") or _text(_at(renderer, "reason"))
    subreason = _text(_at(renderer, "subreason")) or _at(view, "description", "content")
    return PlayerAnswer(
        client=client,
        status=_string(playability.get("status")),
        reason=_string(reason or _at(view, "title", "content")),
        subreason=_string(subreason or captcha),
        video_id=_string(_at(value, "videoDetails", "videoId")),
        n_formats=_count_formats(value.get("streamingData")),
    )


def _count_formats(streaming: Any) -> int:
    """How many formats come with an address; those of SABR have none."""
    return sum(bool(f.get("url") or f.get("signatureCipher")) for f in _formats(streaming))


def _formats(streaming: Any) -> list[dict[str, Any]]:
    listed = [_at(streaming, key) for key in ("formats", "adaptiveFormats")]
    entries = [entry for formats in listed if isinstance(formats, list) for entry in formats]
    return [entry for entry in entries if isinstance(entry, dict)]


def _text(value: Any) -> str | None:
    """YouTube's two ways of writing a text: simpleText, or runs of text."""
    runs = _at(value, "runs")
    if isinstance(runs, list):
        return "".join(str(_at(run, "text") or "") for run in runs) or None
    return _string(_at(value, "simpleText"))


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _parse(text: str, start: int = 0) -> Any:
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except (ValueError, RecursionError):
        return None
