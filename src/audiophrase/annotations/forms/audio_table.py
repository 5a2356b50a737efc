"""Parquet of audio with captions, as Hugging Face's data sets have it; a clip is a row's whole audio.

    audio: struct<bytes: binary, path: string>   a file's bytes, and its name
    caption: string, or a list of strings         `captions`, `text` and `sentence` do as well
    split: string                                 where you like

Rows that hold the same audio under one name hold captions of one clip.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from audiophrase.annotations.audio_tables import (
    AUDIO,
    MAX_AUDIO_BYTES,
    AudioTable,
    digest,
    row_name,
)
from audiophrase.annotations.clip_names import Clip, named_clip
from audiophrase.annotations.columns import Problem, first_of, require_columns, split_of
from audiophrase.annotations.rows import Row
from audiophrase.errors import AnnotationError

SHAPE = "Parquet with the columns audio (a struct of bytes and path) and caption, text or a list"
FIELDS = {"filename": AUDIO}
_CAPTION = ("caption", "captions", "text", "sentence")


def recognises(content: Any) -> bool:
    """Whether it is Parquet."""
    return isinstance(content, AudioTable)


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each caption, those of a row of the table one after the other."""
    column = first_of(content, *_CAPTION) or _CAPTION[0]
    require_columns(content, AUDIO, column)
    if not content.has_audio:
        raise AnnotationError(
            f"{file}: the column '{AUDIO}' is no struct of bytes and path",
            "write the table with the datasets library, its audio embedded",
        )
    wanted = [AUDIO, column, *(["split"] if "split" in content.columns else [])]
    first_with: dict[bytes, int] = {}
    digests: dict[str, tuple[int, bytes]] = {}
    n_captions: Counter[str] = Counter()
    for number, values in content.rows(*wanted):
        audio = values[AUDIO] or {}
        problem = _problem(audio.get("bytes"))
        name = audio.get("path") or row_name(number)
        if problem is None:
            held = digest(audio["bytes"])
            if not audio.get("path"):
                name = row_name(first_with.setdefault(held, number))
            row, known = digests.setdefault(name, (number, held))
            if known != held:
                problem = AUDIO, f"{name[:80]!r} stands at row {row}, too, with other bytes"
        split, split_problem = split_of(values)
        captions = values[column]
        for caption in captions if isinstance(captions, list) and captions else [captions]:
            yield Row(
                f"row {number}",
                name,
                caption_id=f"{name}#{n_captions[name]}",
                caption=caption,
                split=split,
                field_names={"caption": column},
                problem=problem or split_problem,
            )
            n_captions[name] += 1


def clip(filename: str) -> Clip:
    """The whole audio, whatever its name."""
    return named_clip(filename)


def _problem(content: bytes | None) -> Problem | None:
    if not content:
        return AUDIO, "holds no bytes; a path alone is not followed"
    if len(content) > MAX_AUDIO_BYTES:
        return AUDIO, f"has more than {MAX_AUDIO_BYTES >> 20} MiB, which no clip has"
    return None
