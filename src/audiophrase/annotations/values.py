"""Single values of a table as text has them: ids of YouTube, seconds, splits."""

import re

from audiophrase.clips.messages import single_line
from audiophrase.splits import SPLITS

OTHER_SPLIT_NAMES = {
    "training": "train",
    "development": "train",
    "validation": "val",
    "valid": "val",
    "eval": "test",
    "evaluation": "test",
    "testing": "test",
}
MAX_TIME_S = 999_999  # what names of clips have room for
_YOUTUBE_ID = re.compile(r"[0-9A-Za-z_-]{11}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{0,12})?([eE][+-]?[0-9]{1,2})?")
_MAX_SHOWN = 40


class BadValueError(ValueError):
    """A value that is not what its column holds; the message says why."""


def youtube_id(text: str) -> str:
    """An id of YouTube. Raises BadValueError."""
    if not _YOUTUBE_ID.fullmatch(text):
        raise BadValueError(f"{shown(text)} is no id of YouTube: eleven letters, digits, - and _")
    return text


def seconds(what: str, text: str) -> float:
    """A time within a recording, in whole milliseconds. Raises BadValueError."""
    if not _NUMBER.fullmatch(text):
        point = text.replace(",", ".")
        hint = f": write {point}" if "," in text and _NUMBER.fullmatch(point) else ""
        raise BadValueError(
            f"the {what} {shown(text)} is no number of seconds, such as 30 or 30.5{hint}"
        )
    time_s = float(text)
    if time_s < 0:
        raise BadValueError(f"the {what} {shown(text)} lies before the recording")
    return round(abs(time_s), 3)  # no -0.0; names of clips count milliseconds


def start_s(text: str) -> float:
    """Where a clip starts. Raises BadValueError."""
    return within_bounds("start", seconds("start", text))


def within_bounds(what: str, time_s: float) -> float:
    """A time that a clip's name has room for. Raises BadValueError."""
    if time_s > MAX_TIME_S:
        raise BadValueError(f"the {what} {time_s:,.10g} s lies beyond {MAX_TIME_S:,} s")
    return time_s


def split(text: str) -> str:
    """One of `SPLITS`, by its name or another that people use. Raises BadValueError."""
    named = text.casefold()
    chosen = OTHER_SPLIT_NAMES.get(named, named)
    if chosen not in SPLITS:
        raise BadValueError(f"{shown(text)} is no split: {', '.join(SPLITS)}")
    return chosen


def shown(value: str) -> str:
    """A bad value as a message shows it."""
    text = repr(single_line(value[: 2 * _MAX_SHOWN]))
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
