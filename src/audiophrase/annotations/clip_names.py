"""What the name of an audio file tells of its clip, for the forms to choose from."""

from dataclasses import dataclass

from audiophrase.clip_ids import clip_id, parse_filename, whole_clip_id


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as the name of its file tells it."""

    clip_id: str
    youtube_id: str | None
    start_s: float | None  # within the original recording; None: the clip is the whole file
    end_s: float | None
    filename: str  # under which the file is looked for first


def timed_clip(filename: str) -> Clip:
    """`{id}_{start}_{end}.wav`, times in seconds within the original recording. Raises ValueError."""
    youtube_id, start_s, end_s = parse_filename(filename)
    return Clip(clip_id(youtube_id, start_s, end_s), youtube_id, start_s, end_s, filename)


def whole_clip(youtube_id: str, filename: str) -> Clip:
    """A clip that is a whole file, cut out of a video at a place that is not known."""
    return Clip(whole_clip_id(youtube_id), youtube_id, None, None, filename)
