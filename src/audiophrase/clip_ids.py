"""Names: what a clip is called, which shard it lies in, and what an annotated file name tells."""

import hashlib
import re
from collections.abc import Mapping

# Ids of YouTube have eleven characters; clips of one's own may have longer ones, but never a dot
# or a slash: ids become file names.
_FILENAME = re.compile(
    r"(?P<id>[0-9A-Za-z_-]{1,64})_(?P<start>\d{1,6}(\.\d{1,6})?)_(?P<end>\d{1,6}(\.\d{1,6})?)"
    r"\.\w{1,8}"
)
_CLIP_ID = re.compile(r"Y[0-9A-Za-z_-]{1,64}(_\d{1,10}_\d{1,10})?")


def parse_filename(filename: str) -> tuple[str, float, float]:
    """Id, start and end in seconds of `{id}_{start}_{end}.wav`. Raises ValueError."""
    match = _FILENAME.fullmatch(filename)
    if match is None:
        raise ValueError(f"{filename!r} is not of the form ID_START_END.wav")
    start_s, end_s = float(match["start"]), float(match["end"])
    if end_s <= start_s:
        raise ValueError(f"{filename!r} ends before it starts")
    return match["id"], start_s, end_s


def clip_id(youtube_id: str, start_s: float, end_s: float) -> str:
    """Y{youtube_id}_{start_ms}_{end_ms}."""
    return f"Y{youtube_id}_{round(start_s * 1000)}_{round(end_s * 1000)}"


def whole_clip_id(youtube_id: str) -> str:
    """Y{youtube_id}: a clip that is a whole file, whose place in a recording is not known."""
    return f"Y{youtube_id}"


def is_clip_id(text: str) -> bool:
    """Whether a text has the form of a clip id, and so can be part of a file's name."""
    return _CLIP_ID.fullmatch(text) is not None


def shard_name(identifier: str, split: str, n_shards: int) -> str:
    """The hash bucket of a clip: one more clip changes one shard."""
    bucket = int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:8], "big") % n_shards
    return f"{split}-{bucket:05d}"


def shard_names(n_shards: Mapping[str, int]) -> list[str]:
    """All shards of a data set, known before anything is parsed."""
    return [f"{split}-{index:05d}" for split, n in n_shards.items() for index in range(n)]
