"""CSV of files and captions, a line a caption, perhaps with the split; a clip is the whole file.

file,caption,split
Été à la plage.wav,waves roll in,train
field/tape 3.wav,"rain falls, then thunder",test
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from audiophrase.annotations.clip_names import Clip, named_clip
from audiophrase.annotations.columns import (
    FILE_COLUMNS,
    first_of,
    has_columns,
    require_columns,
    split_of,
)
from audiophrase.annotations.rows import Row

SHAPE = "CSV with the columns file and caption, and split where you like"
FIELDS: dict[str, str] = {}
_CAPTION = ("caption", "text", "sentence")


def recognises(content: Any) -> bool:
    """Whether it is a table with a column of files or of captions."""
    return has_columns(content) and any(
        name in content.columns for name in (*FILE_COLUMNS, *_CAPTION)
    )


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each line; lines of one file hold captions of one clip."""
    file_column = first_of(content, *FILE_COLUMNS) or FILE_COLUMNS[0]
    caption_column = first_of(content, *_CAPTION) or _CAPTION[0]
    require_columns(content, file_column, caption_column)
    n_captions: Counter[str] = Counter()
    for line, values in content.records():
        filename = values[file_column]
        split, problem = split_of(values)
        yield Row(
            f"line {line}",
            filename,
            caption_id=f"{filename}#{n_captions[filename]}",
            caption=values[caption_column],
            split=split,
            field_names={"filename": file_column, "caption": caption_column},
            problem=problem,
        )
        n_captions[filename] += 1


def clip(filename: str) -> Clip:
    """The whole file, whatever its name."""
    return named_clip(filename)
