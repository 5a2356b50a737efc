"""What a figure's SVG says of itself: what it shows, in words and numbers, and of which clips.

It travels in the file's metadata (Dublin Core's description and source), so that whoever takes the file
alone has it too, and the page reads it there. Nothing here loads Matplotlib.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from xml.etree import ElementTree

from audiophrase.clips.messages import single_line

_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"

Spans = Iterable[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Said:
    """What a picture says of itself; nothing where it says nothing."""

    shows: str = ""
    clips: tuple[tuple[str, str], ...] = ()  # (clip id, caption), as they come in the picture


def metadata(said: Said) -> dict[str, str]:
    """The same under the names that Matplotlib writes into an SVG."""
    known = {"Description": single_line(said.shows)} if said.shows else {}
    return known | ({"Source": json.dumps(said.clips)} if said.clips else {})


def said_by(svg: bytes) -> Said:
    """What an SVG says of itself; raises ElementTree.ParseError where it is none."""
    root = ElementTree.fromstring(svg)
    shows = root.findtext(f".//{_DUBLIN_CORE}description") or ""
    clips = json.loads(root.findtext(f".//{_DUBLIN_CORE}source") or "[]")
    return Said(shows, tuple((clip_id, caption) for clip_id, caption in clips))


def times(spans_s: Spans) -> str:
    """`1.2–3.4 s and 5.0–6.0 s`"""
    *others, last = [f"{onset_s:.1f}–{offset_s:.1f}" for onset_s, offset_s in spans_s]
    return f"{', '.join(others)} and {last} s" if others else f"{last} s"
