"""Which of a video's audio tracks is the original: what was recorded, and no translation of it.

YouTube serves dubs, also by machine, and names one of them the default to whoever asks in its
language. So the default is the weakest sign. The others must not contradict one another:

- `audioTrack`: the track's name says "original", or "descriptive" or "dubbed"; or it is said to be
  dubbed by machine (that it is said not to be tells nothing, as it is said of all);
- `acont`: among the xtags, `original`, or any other value of what it is instead;
- `id-suffix`: the track's id ends in `.4`, or in `.2` (descriptive), `.3` (dubbed) or `.10` (dubbed
  by machine).
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

ONLY_TRACK = "only-track"
OTHERS_DUBBED = "others-dubbed"
MAX_LISTED = 12  # tracks in a message
_NOT_ORIGINAL_SUFFIXES = ("2", "3", "10")
_CONTENTS = {"original", "dubbed", "dubbed-auto", "descriptive", "secondary"}
_UNTAGGED = None  # the track of formats of which no track is told
_ID = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{2,8}){0,3}(\.[0-9]{1,2})?")


class NoOriginalError(Exception):
    """No track is known to be the original, or the one that is cannot be had."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An audio format as a player lists it, whether or not it can be had.

    Attributes:
        track_id: of its audio track, such as `en.4`.
        name: of its audio track, such as `English original`.
        contents: each `acont` that was said of it.
        processing: `drc` (compressed dynamic range), `vb` (voice boost), or None.
    """

    itag: str
    track_id: str | None = None
    name: str | None = None
    language: str | None = None
    is_default: bool = False
    is_auto_dubbed: bool = False
    contents: frozenset[str] = frozenset()
    processing: str | None = None

    @property
    def identity(self) -> str | None:
        """Equal for the formats of one track; None where no track is told."""
        if self.track_id or self.name:
            return self.track_id or self.name
        told = [*filter(None, [self.language]), *sorted(self.contents)]
        return " ".join(told) or _UNTAGGED

    def signs(self) -> set[str]:
        """What tells that it is the original."""
        told = set()
        if "original" in (self.name or "").casefold():
            told.add("audioTrack")
        if "original" in self.contents:
            told.add("acont")
        if self._suffix() == "4":
            told.add("id-suffix")
        return told

    def is_denied(self) -> bool:
        """Whether anything tells that it is not the original."""
        name = (self.name or "").casefold()
        return (
            self.is_auto_dubbed
            or any(word in name for word in ("descriptive", "dubbed"))
            or bool(self.contents - {"original"})
            or self._suffix() in _NOT_ORIGINAL_SUFFIXES
        )

    def _suffix(self) -> str:
        return (self.track_id or "").partition(".")[2]


@dataclass(frozen=True, slots=True)
class Track:
    """The original track, as a log has it: its id or name, its language, and what told it."""

    audio_track: str | None = None
    language: str | None = None
    chosen_by: str | None = None


UNKNOWN = Track()


@dataclass(frozen=True, slots=True)
class Original:
    """The original track, and the identities of the formats that belong to it."""

    track: Track
    identities: frozenset[str | None]


@dataclass(frozen=True, slots=True)
class _Told:
    """All that is told of one track by its formats together."""

    identity: str | None
    offers: tuple[Offer, ...]

    @property
    def signs(self) -> set[str]:
        return set().union(*(offer.signs() for offer in self.offers))

    @property
    def is_denied(self) -> bool:
        return any(offer.is_denied() for offer in self.offers)

    @property
    def is_default(self) -> bool:
        return any(offer.is_default for offer in self.offers)

    @property
    def language(self) -> str | None:
        return next((offer.language for offer in self.offers if offer.language), None)


def find_original(offers: Iterable[Offer]) -> Original:
    """The original track of those that a video's players list, with or without an address.

    Raises:
        NoOriginalError: several may be, or none.
    """
    offers = list(offers)
    grouped = defaultdict(list)
    for offer in offers:
        grouped[offer.identity].append(offer)
    untagged = grouped.pop(_UNTAGGED, [])
    tracks = [_Told(identity, tuple(group)) for identity, group in grouped.items()]
    chosen, chosen_by = _choose(tracks, has_untagged=bool(untagged))
    if len({track.language for track in chosen if track.language}) > 1:
        raise NoOriginalError(f"no original audio track: several are told, {list_tracks(offers)}")
    identities = {track.identity for track in chosen}
    if len(tracks) <= 1:
        identities.add(_UNTAGGED)  # nothing speaks of another track
    first = next((offer for track in chosen for offer in track.offers), Offer(""))
    language = next((track.language for track in chosen if track.language), None)
    track = Track(first.track_id or first.name, language, chosen_by)
    return Original(track, frozenset(identities))


def _choose(tracks: list[_Told], *, has_untagged: bool) -> tuple[list[_Told], str]:
    """The tracks that are the original's (of several names, perhaps), and what told them."""
    possible = [track for track in tracks if not track.is_denied]
    told = [track for track in possible if track.signs]
    if told:
        return told, "+".join(sorted(set().union(*(track.signs for track in told))))
    if len(tracks) <= 1 and possible == tracks:
        return tracks, ONLY_TRACK
    if not any(track.signs for track in tracks):  # else the original is contradicted
        defaults = [track for track in possible if track.is_default]
        if defaults:
            return defaults, "audioTrack"
        if len(possible) == 1 and not has_untagged:
            return possible, OTHERS_DUBBED
    offers = [offer for track in tracks for offer in track.offers]
    raise NoOriginalError(f"no original audio track: nothing tells it of {list_tracks(offers)}")


def list_tracks(offers: Iterable[Offer]) -> str:
    """The tracks, for a message: by ids, languages and codes alone, as names may say anything."""
    labels = sorted({_label(offer) for offer in offers})
    more = [f"{len(labels) - MAX_LISTED} more"] if len(labels) > MAX_LISTED else []
    return ", ".join([*labels[:MAX_LISTED], *more])


def _label(offer: Offer) -> str:
    if offer.identity is _UNTAGGED:
        return "untagged"
    if offer.track_id is not None and _ID.fullmatch(offer.track_id):
        return offer.track_id
    language = offer.language if offer.language and _ID.fullmatch(offer.language) else "?"
    return " ".join([language, *sorted(offer.contents & _CONTENTS)])
