"""Which files of an archive hold which clips, told by their names in the layouts that people have.

A name is an id, with or without a `Y` before it and up to two numbers behind it: where the clip
starts and ends, in seconds or in milliseconds. An id may itself end like that, `2023_06_15`, so a
name is read in every way, and what holds is what fits a clip that is wanted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import PurePosixPath
from typing import Any

from audiophrase.annotations.clip_names import spelt_alike
from audiophrase.clip_ids import clip_id, shard_name, shard_names, whole_clip_id
from audiophrase.errors import AudiophraseError

Clip = Mapping[str, Any]
Place = tuple[str, float | None]  # id of a recording, and a start in it in seconds; None: all of it

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NUMBER = re.compile(r"\d{1,10}(\.\d{1,6})?")
_N_EXAMPLES = 3


class Fit(IntEnum):
    """How a file's name fits a clip, the best first."""

    FILENAME = 0  # the annotation's own
    TIMES = 1  # start and end
    START = 2
    ID = 3
    CUT = 4  # with times that the annotations do not tell


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the stem of a file's name."""

    youtube_id: str
    numbers: tuple[str, ...]  # behind the id, at most two

    def fit(self, clip: Clip) -> Fit | None:
        """How it fits a clip of this id; None: not at all."""
        if not self.numbers:
            return Fit.ID
        if clip["start_s"] is None:  # the whole file; the annotations tell no times
            return Fit.CUT
        times_ms = [round(clip[key] * 1000) for key in ("start_s", "end_s")][: len(self.numbers)]
        in_s = [round(float(number) * 1000) for number in self.numbers]
        in_ms = [int(number) if number.isdecimal() else None for number in self.numbers]
        if times_ms not in (in_s, in_ms):
            return None
        return Fit.TIMES if len(self.numbers) == 2 else Fit.START


def readings(stem: str) -> Iterator[Reading]:
    """Every way to read the stem of a file's name."""
    for text in {stem, stem.removeprefix("Y")}:
        for n_numbers in range(min(2, text.count("_")) + 1):
            youtube_id, *numbers = text.rsplit("_", n_numbers)
            if _ID.fullmatch(youtube_id) and all(map(_NUMBER.fullmatch, numbers)):
                yield Reading(youtube_id, tuple(numbers))


@dataclass(frozen=True, slots=True)
class Match:
    """A clip's file, relative to the folder, and whether its name carries the clip's times."""

    name: str
    timed: bool


class Matches:
    """The files of a folder, and the clips that they hold."""

    def __init__(self, names: Iterable[str], clips: Iterable[Clip]) -> None:
        """
        Args:
            names: paths within the folder, with `/`.
            clips: rows of clips.parquet, all of the data set: a file may fit several.
        """
        wanted = _Wanted(clips)
        self.unmatched: list[str] = []
        self._files: dict[str, list[tuple[Fit, str]]] = {}
        self._rivals: dict[tuple[str, str], str] = {}  # (clip, file) -> another that it fits
        for name in sorted(names):
            fits = wanted.fits(name)
            if not fits:
                self.unmatched.append(name)
            for held, (place, fit) in fits.items():
                self._files.setdefault(held, []).append((fit, name))
                rivals = [other for other, (its_place, _) in fits.items() if its_place != place]
                if rivals:
                    self._rivals[held, name] = rivals[0]

    def find(self, clip: Clip) -> Match | None:
        """The file of a clip.

        Raises:
            AudiophraseError: several files could be the clip's, or its file another's.
        """
        named, names = clip["clip_id"], self.files(clip)
        if not names:
            return None
        if len(names) > 1:
            raise AudiophraseError(
                f"several files could be clip {named}: {', '.join(names)}", "keep one of them"
            )
        if other := self._rivals.get((named, names[0])):
            raise AudiophraseError(
                f"{names[0]} could be clip {named}, and {other}",
                f"name it as the annotations do; that of {named} is {clip['filename']}",
            )
        return Match(names[0], min(self._files[named])[0] != Fit.ID)

    def files(self, clip: Clip) -> list[str]:
        """The files that a clip is read from, or refused for as they are several."""
        files = self._files.get(clip["clip_id"], [])
        return [name for fit, name in files if fit == min(files)[0]]

    def note(self) -> str | None:
        """What is to be told of files that match no clip, with three of them; None: all do."""
        if not self.unmatched:
            return None
        n_files, shown = len(self.unmatched), ", ".join(self.unmatched[:_N_EXAMPLES])
        files = (
            "1 file of the folder matches"
            if n_files == 1
            else f"{n_files:,} files of the folder match"
        )
        more = ", …" if n_files > _N_EXAMPLES else ""
        return f"{files} no clip: {shown}{more}"


class _Wanted:
    """Clips by what the names of their files may be."""

    def __init__(self, clips: Iterable[Clip]) -> None:
        self._by_id: dict[str, list[Clip]] = {}
        self._by_filename: dict[str, list[Clip]] = {}
        self._by_stem: dict[str, list[Clip]] = {}  # of clips that are whole files
        for clip in clips:
            self._by_id.setdefault(clip["youtube_id"], []).append(clip)
            name = spelt_alike(clip["filename"])
            self._by_filename.setdefault(name, []).append(clip)
            if clip["start_s"] is None:
                self._by_stem.setdefault(_without_ending(name), []).append(clip)

    def fits(self, name: str) -> dict[str, tuple[Place, Fit]]:
        """Clips that a file fits: clip id -> the place in a recording that it then is, and the fit.

        The annotations' own name, and that name or the id behind a `Y`, go before all other ways
        to read a name, so that `Ysite_10.wav` is the recording `site_10` and not `site` from 10 s.
        """
        path = PurePosixPath(spelt_alike(name))
        # The annotations may name the folders that a file lies in, or some of them, or none.
        ends = ["/".join(path.parts[first:]) for first in range(len(path.parts))]
        if own := next((clips for end in ends if (clips := self._by_filename.get(end))), None):
            return {clip["clip_id"]: ((clip["youtube_id"], None), Fit.FILENAME) for clip in own}
        plain, others, cut = {}, {}, {}
        for reading in readings(path.stem):
            for clip in self._by_id.get(reading.youtube_id, ()):
                fit = reading.fit(clip)
                if fit is None:
                    continue
                usual = {f"Y{clip['youtube_id']}", f"Y{PurePosixPath(clip['filename']).stem}"}
                group = cut if fit == Fit.CUT else plain if path.stem in usual else others
                place = clip["youtube_id"], clip["start_s"] if reading.numbers else None
                group[clip["clip_id"]] = (place, fit)
        for end in ends:  # the annotations' name but for what stands behind its last dot
            for clip in self._by_stem.get(_without_ending(end), ()):
                plain.setdefault(clip["clip_id"], ((clip["youtube_id"], None), Fit.ID))
        return plain or others or cut


def _without_ending(name: str) -> str:
    return str(PurePosixPath(name).with_suffix(""))


def files_by_shard(
    names: Iterable[str], split: str, n_shards: int, clips: Iterable[Clip] | None
) -> dict[str, list[str]]:
    """For each shard of a split, the files that its clips are read from.

    Where the clips are not known yet, the files that may hold them, told by their names alone, and
    none of those that may belong to any shard.
    """
    chosen: dict[str, list[str]] = {shard: [] for shard in shard_names({split: n_shards})}
    if clips is not None:
        known = list(clips)
        matches = Matches(names, known)
        for clip in known:
            if clip["shard"] in chosen:
                chosen[clip["shard"]] += matches.files(clip)
        return {shard: sorted(set(files)) for shard, files in chosen.items()}
    for name in sorted(names):
        if not may_be_of_any_shard(name):
            for shard in _shards_by_name(name, split, n_shards):
                chosen[shard].append(name)
    return chosen


def may_be_of_any_shard(name: str) -> bool:
    """Whether a file's name lacks a time of its clip's, so that it tells of no shard."""
    return any(len(reading.numbers) < 2 for reading in readings(PurePosixPath(name).stem))


def _shards_by_name(name: str, split: str, n_shards: int) -> set[str]:
    """The shards that a file with both times in its name can belong to."""
    ids = set()
    for reading in readings(PurePosixPath(name).stem):
        ids.add(whole_clip_id(reading.youtube_id))
        start, end = map(float, reading.numbers)
        for unit_s in (1.0, 0.001):
            ids.add(clip_id(reading.youtube_id, start * unit_s, end * unit_s))
    return {shard_name(id_, split, n_shards) for id_ in ids}
