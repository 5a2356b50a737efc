"""Segments, phrase and onset and offset in seconds, as Audacity's labels and as Praat's TextGrid."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from audiophrase.outputs.text import one_line


class Segment(NamedTuple):
    """Where a phrase is heard, and how well it suits there."""

    phrase: str
    onset_s: float
    offset_s: float
    score: float


def audacity_labels(segments: Sequence[Segment]) -> str:
    """A label track: onset, offset and phrase between tabs, a line a segment, by onset.

    Audacity reads it by File > Import > Labels.
    """
    ordered = sorted(segments, key=lambda s: (s.onset_s, s.offset_s))
    return "".join(f"{s.onset_s:.6f}\t{s.offset_s:.6f}\t{one_line(s.phrase)}\n" for s in ordered)


def textgrid(segments: Sequence[Segment], phrases: Sequence[str], duration_s: float) -> bytes:
    """A TextGrid with a tier for each of the different `phrases`, in UTF-8; ELAN imports it, too.

    Args:
        duration_s: of the recording; a segment that ends later is cut there.
    """
    from praatio import textgrid as praat  # loaded by who asks for it alone

    grid = praat.Textgrid(0, duration_s)
    for phrase in dict.fromkeys(phrases):
        own = sorted(s for s in segments if s.phrase == phrase)
        entries = [
            (s.onset_s, min(s.offset_s, duration_s), one_line(phrase))
            for s in own
            if s.onset_s < duration_s
        ]
        name = _free(one_line(phrase) or "phrase", grid.tierNames)
        grid.addTier(praat.IntervalTier(name, entries, 0, duration_s))
    with tempfile.TemporaryDirectory() as folder:  # praatio writes to paths alone
        path = Path(folder) / "segments.TextGrid"
        grid.save(str(path), format="long_textgrid", includeBlankSpaces=True)
        return path.read_bytes()


def _free(name: str, taken: Sequence[str]) -> str:
    """The name, or the first of `name 2`, `name 3` and so on that is not taken."""
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name} {number}"
    return free
