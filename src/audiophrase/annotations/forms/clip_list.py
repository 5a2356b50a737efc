"""A list of clips without captions, for fetching and auditing alone.

    {"clips": [{"youtube_id": "r3kQ-x_7Qab", "start_s": 40.0, "end_s": 50.0}]}

`audiophrase.annotations.clip_lists` makes it of CSV. A split may have no clips.
"""

from collections.abc import Iterator
from typing import Any

from audiophrase.annotations.clip_names import Clip, timed_clip
from audiophrase.annotations.rows import Row
from audiophrase.annotations.values import MAX_TIME_S
from audiophrase.errors import AnnotationError

SHAPE = "clips without captions: no JSON but CSV, which annotations.list names"
FIELDS: dict[str, str] = {}
CLIP_S = 10.0  # of a clip whose end is not told, as of all of AudioSet's
_KEYS = ("youtube_id", "start_s", "end_s")
_SEE = "name the list itself, a CSV file, in annotations.list of the data set (docs/own-data.md)"


def recognises(content: Any) -> bool:
    """Whether it is an object that holds clips and nothing else."""
    return isinstance(content, dict) and set(content) == {"clips"}


def entry(youtube_id: str, start_s: float, end_s: float) -> dict[str, Any]:
    """A clip as it stands in the list."""
    return dict(zip(_KEYS, (youtube_id, start_s, end_s), strict=True))


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each clip, in the order of the list."""
    if not isinstance(content["clips"], list):
        raise AnnotationError(f"{file}: 'clips' is not a list", _SEE)
    for number, clip in enumerate(content["clips"]):
        where = f"clip {number}"
        if not isinstance(clip, dict) or set(clip) != set(_KEYS):
            raise AnnotationError(f"{file}, {where} has not the keys {', '.join(_KEYS)}", _SEE)
        youtube_id, *times_s = (clip[key] for key in _KEYS)
        if not isinstance(youtube_id, str) or not all(_is_time(time_s) for time_s in times_s):
            raise AnnotationError(f"{file}, {where} is no text and two times in s", _SEE)
        start_s, end_s = times_s
        yield Row(where, filename=f"{youtube_id}_{start_s:.3f}_{end_s:.3f}.wav", is_captioned=False)


def clip(filename: str) -> Clip:
    """`{id}_{start}_{end}.wav`, times in seconds within the original recording."""
    return timed_clip(filename)


def _is_time(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_TIME_S
    )
