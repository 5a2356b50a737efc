"""AudioGrounding v1 as a list of rows, as pandas writes it with `orient="records"`.

[{"audiocap_id": 7, "filename": "r3kQ-x_7Qab_40.000_50.000.wav",
  "caption": "a dog barks", "tokens": ["a", "dog", "barks"],
  "soundtag": "a dog", "start_word": 0, "timestamps": [[0.5, 1.0]]}]
"""

from collections.abc import Iterator
from typing import Any

from audiophrase.annotations.clip_names import Clip
from audiophrase.annotations.forms import audiogrounding_v1
from audiophrase.annotations.forms.audiogrounding_v1 import (
    CAPTION_COLUMNS,
    COLUMNS,
    PHRASE_COLUMNS,
    row_of,
)
from audiophrase.annotations.rows import Row
from audiophrase.errors import AnnotationError

SHAPE = f"a list of rows, each an object {{{', '.join(COLUMNS)}}}"
FIELDS = audiogrounding_v1.FIELDS
_SEE = "see docs/own-data.md for the form"


def recognises(content: Any) -> bool:
    """Whether it is a list in which an item has two of v1's names, and not v2's own."""
    return isinstance(content, list) and any(
        isinstance(item, dict)
        and len(item.keys() & set(COLUMNS)) >= 2
        and not item.keys() & {"audio_id", "phrases"}
        for item in content
    )


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each phrase, in the order of the file."""
    needed = set(CAPTION_COLUMNS)
    for number, item in enumerate(content):
        where = f"row {number}"
        if not isinstance(item, dict):
            raise AnnotationError(f"{file}, {where} is not an object", _SEE)
        has_phrase = any(item.get(name) is not None for name in (*PHRASE_COLUMNS, "start_word"))
        missing = (needed | set(PHRASE_COLUMNS) if has_phrase else needed) - item.keys()
        if missing:
            raise AnnotationError(f"{file}, {where} lacks {', '.join(sorted(missing))}", _SEE)
        yield row_of(item, where)


def clip(filename: str) -> Clip:
    """As in v1."""
    return audiogrounding_v1.clip(filename)
