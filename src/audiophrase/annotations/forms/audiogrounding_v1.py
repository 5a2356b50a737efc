"""AudioGrounding v1: an object of columns, each an object keyed by row number; a row is a phrase.

    {"audiocap_id": {"0": 7}, "filename": {"0": "r3kQ-x_7Qab_40.000_50.000.wav"},
     "caption": {"0": "a dog barks"}, "tokens": {"0": ["a", "dog", "barks"]},
     "soundtag": {"0": "a dog"}, "start_word": {"0": 0}, "timestamps": {"0": [[0.5, 1.0]]}}

Xu et al., "Text-to-audio grounding: building correspondence between captions and sound events",
ICASSP 2021. `tokens` and `start_word` may be left out, and for captions without phrases `soundtag`
and `timestamps` with them; null in all three stands for no phrase in a row.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from audiophrase.annotations.clip_names import Clip, timed_clip
from audiophrase.annotations.rows import Phrase, Row
from audiophrase.errors import AnnotationError

COLUMNS = ("audiocap_id", "filename", "caption", "tokens", "soundtag", "start_word", "timestamps")
SHAPE = f"an object of columns ({', '.join(COLUMNS)}), each an object keyed by row number"
FIELDS = {
    "caption_id": "audiocap_id",
    "phrase": "soundtag",
    "first_token": "start_word",
    "segments": "timestamps",
}
CAPTION_COLUMNS = ("audiocap_id", "filename", "caption")
PHRASE_COLUMNS = ("soundtag", "timestamps")
_MAX_KEY = 40
_SEE = "see docs/own-data.md for the form"


def recognises(content: Any) -> bool:
    """Whether it is an object with any of the columns."""
    return isinstance(content, dict) and any(name in content for name in COLUMNS)


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each phrase, in the order of the file."""
    needed = CAPTION_COLUMNS
    if any(name in content for name in (*PHRASE_COLUMNS, "start_word")):
        needed += PHRASE_COLUMNS
    missing = [name for name in needed if name not in content]
    if missing:
        raise AnnotationError(f"{file} lacks the column {', '.join(missing)}", _SEE)
    columns = {name: content[name] for name in COLUMNS if name in content}
    for name, column in columns.items():
        if not isinstance(column, dict):
            raise AnnotationError(
                f"{file}: the column '{name}' is not an object keyed by row number", _SEE
            )
    for name, column in columns.items():
        if set(column) != set(columns["filename"]):
            raise AnnotationError(
                f"{file}: the column '{name}' has other rows than 'filename'",
                "correct the annotation file",
            )
    if not columns["filename"]:
        raise AnnotationError(f"{file} has no rows", "every split needs at least one clip")
    for key in columns["filename"]:
        row = {name: column[key] for name, column in columns.items()}
        shown = key if len(key) <= _MAX_KEY and key.isprintable() else f"{key[:_MAX_KEY]!r}…"
        yield row_of(row, f"row {shown}")


def row_of(values: Mapping[str, Any], where: str) -> Row:
    """The row of a phrase, or of a caption without any, by the names of the columns."""
    return Row(
        where,
        filename=values["filename"],
        caption_id=values["audiocap_id"],
        caption=values["caption"],
        tokens=values.get("tokens"),
        phrase=_phrase(values),
    )


def clip(filename: str) -> Clip:
    """`{id}_{start}_{end}.wav`, times in seconds within the original recording."""
    return timed_clip(filename)


def _phrase(row: Mapping[str, Any]) -> Phrase | None:
    text, first, segments = (row.get(name) for name in ("soundtag", "start_word", "timestamps"))
    if text is None and first is None and segments is None:
        return None
    return Phrase(text, segments, first)
