"""AudioCaps: CSV, a line a caption, of clips of ten seconds out of videos of YouTube.

    audiocap_id,youtube_id,start_time,caption
    97151,vfY_TJq7n_U,130,"Rustling occurs, ducks quack and water splashes"

Kim et al., "AudioCaps: generating captions for audios in the wild", NAACL 2019.
"""

from collections.abc import Iterator
from typing import Any

from audiophrase.annotations import values as values_of
from audiophrase.annotations.clip_names import Clip, timed_clip
from audiophrase.annotations.columns import has_columns, require_columns, seen_before, split_of
from audiophrase.annotations.forms.clip_list import CLIP_S
from audiophrase.annotations.rows import Row

COLUMNS = ("audiocap_id", "youtube_id", "start_time", "caption")
SHAPE = f"CSV with the columns {', '.join(COLUMNS)}"
FIELDS = {"caption_id": "audiocap_id", "filename": "youtube_id"}


def recognises(content: Any) -> bool:
    """Whether it is a table of videos, places in them and captions."""
    return has_columns(content, "youtube_id", "start_time")


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each line."""
    require_columns(content, *COLUMNS)
    seen = seen_before("audiocap_id")
    for line, values in content.records():
        problem, filename = seen(values["audiocap_id"], line), ""
        for column, read in (
            ("youtube_id", values_of.youtube_id),
            ("start_time", values_of.start_s),
        ):
            try:
                read(values[column])
            except values_of.BadValueError as error:
                problem = problem or (column, str(error))
        if problem is None:
            start_s = values_of.start_s(values["start_time"])
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
