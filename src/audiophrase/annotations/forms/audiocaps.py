"""AudioCaps: CSV, a line a caption, of clips of ten seconds out of videos of YouTube.

    audiocap_id,youtube_id,start_time,caption
    97151,vfY_TJq7n_U,130,"Rustling occurs, ducks quack and water splashes"

Kim et al., "AudioCaps: generating captions for audios in the wild", NAACL 2019.
"""

from collections.abc import Iterator
from typing import Any

from audiophrase.annotations import values as values_of
from audiophrase.annotations.clip_names import Clip, timed_clip
from audiophrase.annotations.columns import (
    FILE_COLUMNS,
    first_of,
    has_columns,
    require_columns,
    seen_before,
    split_of,
)
from audiophrase.annotations.forms.clip_list import CLIP_S
from audiophrase.annotations.rows import Row

COLUMNS = ("audiocap_id", "youtube_id", "start_time", "caption")
SHAPE = f"CSV with the columns {', '.join(COLUMNS)}"
FIELDS = {"caption_id": "audiocap_id", "filename": "youtube_id"}


def recognises(content: Any) -> bool:
    """Whether it is a table of videos: with two of its own columns, or one and no other's."""
    if not has_columns(content):
        return False
    own = [name for name in COLUMNS[:-1] if name in content.columns]
    return len(own) >= 2 or (bool(own) and first_of(content, *FILE_COLUMNS) is None)


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each line."""
    require_columns(content, *COLUMNS)
    seen = seen_before("audiocap_id")
    for line, values in content.records():
        problem, filename = seen(values["audiocap_id"], line), ""
        for column, read in (
            ("youtube_id", values_of.youtube_id),
            ("start_time", _start_s),
        ):
            try:
                read(values[column])
            except values_of.BadValueError as error:
                problem = problem or (column, str(error))
        if problem is None:
            start_s = _start_s(values["start_time"])
            filename = f"{values['youtube_id']}_{start_s:.3f}_{start_s + CLIP_S:.3f}.wav"
        split, split_problem = split_of(values)
        yield Row(
            f"line {line}",
            filename,
            caption_id=values["audiocap_id"],
            caption=values["caption"],
            split=split,
            problem=problem or split_problem,
        )


def clip(filename: str) -> Clip:
    """`{id}_{start}_{end}.wav`, times in seconds within the original recording."""
    return timed_clip(filename)


def _start_s(text: str) -> float:
    """Where a clip starts; its end, too, has to have room in its name. Raises BadValueError."""
    start_s = values_of.start_s(text)
    values_of.within_bounds("end", start_s + CLIP_S)
    return start_s
