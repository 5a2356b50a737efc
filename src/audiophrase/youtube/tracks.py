"""Which of a video's audio tracks is the original: what was recorded, and no translation of it.

YouTube serves dubs, also by machine, and names one of them the default to whoever asks in its
language. So the default is the weakest sign. The others must not contradict one another:

- `audioTrack`: the track's name says "original", or, in any of many languages, "descriptive" or
  "dubbed"; or it is said to be dubbed by machine (that it is said not to be tells nothing, as it is
  said of all);
- `acont`: among the xtags, `original`, or any other value of what it is instead;
- `id-suffix`: the track's id ends in `.4`, or in `.2` (descriptive), `.3` (dubbed) or `.10` (dubbed
  by machine).

Formats of one id whose names differ are of two tracks; one that has that id and no name may be of
either, so it is taken for neither.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from audiophrase.youtube.track_names import fold, says_not_original

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
    def head(self) -> str | None:
        """Its track's id, or what else names it; None where no track is told."""
        if self.track_id or self.name:
            return self.track_id or fold(self.name or "")
        parts = [*filter(None, [self.language]), *sorted(self.contents)]
        return " ".join(parts) or _UNTAGGED

    @property
    def identity(self) -> str | None:
        """Its track's id and name, or what else names it; None where no track is told."""
        return f"{self.track_id} {fold(self.name)}" if self.track_id and self.name else self.head

    def signs(self) -> set[str]:
        """What tells that it is the original."""
        signs = set()
        if "original" in (self.name or "").casefold():
            signs.add("audioTrack")
        if "original" in self.contents:
            signs.add("acont")
        if self._suffix() == "4":
            signs.add("id-suffix")
        return signs

    def is_denied(self) -> bool:
        """Whether anything tells that it is not the original."""
        return (
            self.is_auto_dubbed
            or says_not_original(self.name or "")
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

    offers: tuple[Offer, ...]
    is_ambiguous: bool

    @property
    def identities(self) -> set[str | None]:
        return {offer.identity for offer in self.offers}

    @property
    def signs(self) -> set[str]:
        return set().union(*(offer.signs() for offer in self.offers))

    @property
    def is_denied(self) -> bool:
        return self.is_ambiguous or any(offer.is_denied() for offer in self.offers)

    @property
    def is_default(self) -> bool:
        return any(offer.is_default for offer in self.offers)

    def values(self, name: str) -> set[str]:
        """What its formats say under a name of `Offer`, of names without regard to case."""
        values = filter(None, (getattr(offer, name) for offer in self.offers))
        return {fold(value) for value in values}


def find_original(offers: Iterable[Offer]) -> Original:
    """The original track of those that a video's players list, with or without an address.

    Raises:
        NoOriginalError: several may be, or none.
    """
    offers = list(offers)
    tracks = _group(offer for offer in offers if offer.identity is not _UNTAGGED)
    has_untagged = any(offer.identity is _UNTAGGED for offer in offers)
    chosen, chosen_by = _choose(tracks, has_untagged=has_untagged)
    if not _are_one(chosen):
        raise NoOriginalError(f"no original audio track: several are told, {list_tracks(offers)}")
    identities = set().union(*(track.identities for track in chosen))
    if len(tracks) <= 1:
        identities.add(_UNTAGGED)  # nothing speaks of another track
    own = [offer for track in chosen for offer in track.offers]
    first = next(iter(own), Offer(""))
    language = next((offer.language for offer in own if offer.language), None)
    track = Track(first.track_id or first.name, language, chosen_by)
    return Original(track, frozenset(identities))


def _group(offers: Iterable[Offer]) -> list[_Told]:
    """Offers by track. One that has no name is of the track of its id, if that has one name."""
    by_head = defaultdict(lambda: defaultdict(list))
    for offer in offers:
        name = fold(offer.name or "") if offer.track_id else ""
        by_head[offer.head][name].append(offer)
    tracks = []
    for by_name in by_head.values():
        nameless = by_name.pop("", [])
        if len(by_name) == 1:
            [named] = by_name.values()
            tracks.append(_Told((*named, *nameless), is_ambiguous=False))
            continue
        tracks += [_Told(tuple(named), is_ambiguous=False) for named in by_name.values()]
        if nameless:
            tracks.append(_Told(tuple(nameless), is_ambiguous=bool(by_name)))
    return tracks


def _are_one(chosen: list[_Told]) -> bool:
    """Whether tracks are one under several names: something ties them, and nothing parts them."""
    said = [[track.values(name) for track in chosen] for name in ("track_id", "name", "language")]
    if any(len(set().union(*values)) > 1 for values in said):
        return False
    # One of which nothing but its content is told goes with any.
    named = [values for values in zip(*said, strict=True) if any(values)]
    return len(named) <= 1 or any(map(all, zip(*named, strict=True)))


def _choose(tracks: list[_Told], *, has_untagged: bool) -> tuple[list[_Told], str]:
    """The tracks that are the original's (of several names, perhaps), and what originals them."""
    possible = [track for track in tracks if not track.is_denied]
    originals = [track for track in possible if track.signs]
    if originals:
        return originals, "+".join(sorted(set().union(*(track.signs for track in originals))))
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
    offers = list(offers)
    names = defaultdict(set)
    for offer in offers:
        names[_label(offer)].add(fold(offer.name or ""))
    counts = {label: len(each - {""}) for label, each in names.items()}
    labels = [f"{label} (of {n} names)" if n > 1 else label for label, n in sorted(counts.items())]
    more = [f"{len(labels) - MAX_LISTED} more"] if len(labels) > MAX_LISTED else []
    return ", ".join([*labels[:MAX_LISTED], *more])


def _label(offer: Offer) -> str:
    if offer.identity is _UNTAGGED:
        return "untagged"
    if offer.track_id is not None and _ID.fullmatch(offer.track_id):
        return offer.track_id
    language = offer.language if offer.language and _ID.fullmatch(offer.language) else "?"
    return " ".join([language, *sorted(offer.contents & _CONTENTS)])
