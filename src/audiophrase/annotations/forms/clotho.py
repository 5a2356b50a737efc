"""Clotho: CSV, a line a file, with its captions side by side; a clip is the whole file.

    file_name,caption_1,caption_2,caption_3,caption_4,caption_5
    Distorted AM Radio noise.wav,A muddled noise,Static,Radio,Noise,A hum

Drossos et al., "Clotho: an audio captioning dataset", ICASSP 2020.
"""

import re
from collections.abc import Iterator
from typing import Any

from audiophrase.annotations.clip_names import Clip, named_clip
from audiophrase.annotations.columns import (
    has_columns,
    require_columns,
    seen_before,
    split_of,
)
from audiophrase.annotations.rows import Row

SHAPE = "CSV with the columns file_name, caption_1, caption_2 and so on"
FIELDS = {"filename": "file_name"}
_CAPTION = re.compile(r"caption_\d{1,3}")


def recognises(content: Any) -> bool:
    """Whether it is a table with numbered captions."""
    return has_columns(content) and any(map(_CAPTION.fullmatch, content.columns))


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each caption, those of a line one after the other."""
    require_columns(content, "file_name")
    columns = [column for column in content.columns if _CAPTION.fullmatch(column)]
    seen = seen_before("file_name")
    for line, values in content.records():
        filename = values["file_name"]
        problem = seen(filename, line)
        split, split_problem = split_of(values)
        for column in columns:
            yield Row(
                f"line {line}",
                filename,
                caption_id=f"{filename}#{column.removeprefix('caption_')}",
                caption=values[column],
                split=split,
                field_names={"caption": column},
                problem=problem or split_problem,
            )
            if problem:
                break


def clip(filename: str) -> Clip:
    """The whole file, whatever its name."""
    return named_clip(filename)
