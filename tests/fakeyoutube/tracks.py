"""Videos with several formats of one itag: tracks of other languages, compressed and boosted ones.

What is not the original's, or is processed, sounds otherwise: `OTHER` in place of `ORIGINAL`.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

ORIGINAL, OTHER = "spoken", "dub"  # recordings of `sounds.py`, of equal lengths


@dataclass(frozen=True)
class Offered:
    """A format that a player lists.

    Attributes:
        track: its `audioTrack`, as a player's answer has it.
        tags: its xtags, in its address unless `tags_beside`.
        tags_beside: the xtags stand in the answer instead, as a message in base64.
        address: `url`, `cipher` (its signature has to be solved) or `none` (as of SABR).
        clients: the players that list it; `WEB` is the page's own; none named: all that are asked.
    """

    itag: int
    recording: str = ORIGINAL
    track: Mapping[str, Any] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    tags_beside: bool = False
    is_drc: bool = False
    address: str = "url"
    clients: tuple[str, ...] = ()


def encode_tags(tags: Mapping[str, str]) -> str:
    """Pairs as the message in base64 that players answer."""

    def content(number: int, value: bytes) -> bytes:
        return bytes([number << 3 | 2, len(value)]) + value

    pairs = [content(1, key.encode()) + content(2, value.encode()) for key, value in tags.items()]
    message = b"".join(content(1, pair) for pair in pairs)
    return base64.urlsafe_b64encode(message).decode().rstrip("=")


def _track(id_: str | None, name: str | None = None, **said: bool) -> dict[str, Any]:
    named = {"id": id_, "displayName": name}
    return {key: value for key, value in named.items() if value is not None} | said


def _original(itag: int = 251, id_: str | None = "de", *, name=None, **changed: Any) -> Offered:
    return Offered(itag, **{"track": _track(id_, name, audioIsDefault=False), **changed})


def _dub(itag: int = 251, id_: str | None = "en", *, name=None, **changed: Any) -> Offered:
    track = _track(id_, name, audioIsDefault=True)
    return Offered(itag, **{"recording": OTHER, "track": track, **changed})


def _drc(itag: int = 251, **changed: Any) -> Offered:
    return Offered(itag, recording=OTHER, **{"is_drc": True, **changed})


_FULL_ORIGINAL = _original(
    id_="de.4", name="German original", tags={"acont": "original", "lang": "de"}
)
_FULL_DUB = Offered(
    251,
    recording=OTHER,
    track=_track("en.10", "English", audioIsDefault=True, isAutoDubbed=True),
    tags={"acont": "dubbed-auto", "lang": "en"},
)
_BY_TAGS = (
    Offered(251, recording=OTHER, tags={"acont": "dubbed", "lang": "en"}),
    Offered(251, tags={"acont": "original", "lang": "de"}),
)

# Each is fetched, and is to sound as the original.
FETCHED: dict[str, tuple[Offered, ...]] = {
    "tracks": (_FULL_DUB, _FULL_ORIGINAL),
    "tracks-by-name": (_dub(), _original(name="Deutsch original")),
    "tracks-by-default": (
        Offered(251, track=_track("de", audioIsDefault=True)),
        Offered(251, recording=OTHER, track=_track("en", audioIsDefault=False)),
    ),
    "tracks-by-elimination": (
        Offered(251, recording=OTHER, track=_track("en", audioIsDefault=True, isAutoDubbed=True)),
        Offered(251, recording=OTHER, track=_track("fr", audioIsDefault=False, isAutoDubbed=True)),
        _original(),
    ),
    "tracks-by-address": _BY_TAGS,
    "tracks-by-message": tuple(replace(each, tags_beside=True) for each in _BY_TAGS),
    "tracks-by-id": (_dub(id_="en.3"), _original(id_="de.4")),
    "tracks-default-dub": (_dub(), _original(tags={"acont": "original", "lang": "de"})),
    "tracks-dub-in-opus": (_dub(251, "en.3"), _dub(140, "en.3"), _original(140, "de.4")),
    "tracks-descriptive": (
        _dub(id_="de.2", name="German descriptive"),
        _original(id_="de.4", name="German original"),
    ),
    "tracks-two-aac": (_dub(140, "en.3"), _original(140, "de.4")),
    "tracks-drc": (
        _drc(251, track=_track("de.4")),
        _dub(251, "en.3"),
        _original(140, "de.4"),
    ),
    "tracks-page-tells": (
        _original(id_="de.4", address="none", clients=("WEB",)),
        Offered(251),
    ),
    "tracks-one-named": (_original(id_="de", name="German"),),
    "low-aac": (Offered(139),),
    "aac-by-bitrate": (Offered(139, recording=OTHER), Offered(141)),
    "aac-preferred": (Offered(141, recording=OTHER), Offered(140)),
    "drc-first": (_drc(251), Offered(251)),
    "drc-told-by-tags": (_drc(251, is_drc=False, tags={"drc": "1"}), Offered(251)),
    "plain-aac-beside-drc": (_drc(251), Offered(140)),
    "voice-boost-first": (
        _drc(251, is_drc=False, tags={"vb": "1"}, tags_beside=True),
        Offered(251),
    ),
}
# Each is left unresolved, though something of it could be fetched.
REFUSED: dict[str, tuple[Offered, ...]] = {
    "tracks-none-told": (_dub(track=_track("en")), _original(track=_track("de"))),
    "tracks-without-original": (_dub(id_="en.3"), _dub(id_="fr.10", track=_track("fr.10"))),
    "tracks-only-dub": (_dub(id_="en.3"),),
    "tracks-two-originals": (_dub(id_="en.4"), _original(id_="de.4")),
    "tracks-contradicted": (
        _dub(),
        _original(id_="de.4", tags={"acont": "dubbed-auto", "lang": "de"}),
    ),
    "tracks-original-sabr": (_dub(id_="en.3"), _original(id_="de.4", address="none")),
    "tracks-original-ciphered": (_dub(id_="en.3"), _original(id_="de.4", address="cipher")),
    "tracks-original-elsewhere": (
        _original(id_="de.4", address="none", clients=("WEB",)),
        _dub(id_="en.3", address="none", clients=("WEB",)),
        Offered(251, recording=OTHER),
    ),
}
# There is nothing else: fetched, and said to be what it is. By scenario, the format's name.
PROCESSED: dict[str, tuple[str, tuple[Offered, ...]]] = {
    "drc-only": ("140-drc", (_drc(140),)),
    "drc-opus": ("251-drc", (_drc(140), _drc(251))),
    "voice-boost-only": ("251-vb", (_drc(251, is_drc=False, tags={"vb": "1"}),)),
}
OFFERED = FETCHED | REFUSED | {name: offered for name, (_, offered) in PROCESSED.items()}
