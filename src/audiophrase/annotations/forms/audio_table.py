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
)
from audiophrase.annotations.clip_names import Clip, named_clip, spelt_alike
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
    for name in wanted[1:]:
        if (held := content.other_type(name, or_list=name == column)) is not None:
            raise AnnotationError(
                f"{file}: the column '{name}' holds {held}, not text",
                "write it as text" + (", or as lists of text" if name == column else ""),
            )
    first_with: dict[bytes, str] = {}
    known: dict[str, tuple[str, bytes]] = {}  # name, however accents are written -> place, digest
    n_captions: Counter[str] = Counter()
    for row in content.rows(*wanted):
        audio = row.values[AUDIO] or {}
        problem = _problem(audio.get("bytes"))
        name = audio.get("path") or row.unnamed
        if problem is None:
            held = digest(audio["bytes"])
            if not audio.get("path"):
                name = first_with.setdefault(held, row.unnamed)
            where, first = known.setdefault(spelt_alike(name), (row.where, held))
            if first != held:
                problem = AUDIO, f"{name[:80]!r} stands at {where}, too, with other bytes"
        split, split_problem = split_of(row.values)
        captions = row.values[column]
        for caption in captions if isinstance(captions, list) and captions else [captions]:
            yield Row(
                row.where,
                name,
                caption_id=f"{name}#{n_captions[name]}",
                caption=caption,
                split=split or row.split,
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
