"""Names: what a clip is called, which shard it lies in, and what its audio file may be called."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

# Ids of YouTube have eleven characters; clips of one's own may have longer ones, but never a dot
# or a slash: ids become file names.
_FILENAME = re.compile(
    r"(?P<id>[0-9A-Za-z_-]{1,64})_(?P<start>\d{1,6}(\.\d{1,6})?)_(?P<end>\d{1,6}(\.\d{1,6})?)"
    r"\.\w{1,8}"
)
_Y_FILE = re.compile(r"Y[0-9A-Za-z_.-]{1,90}\.\w{1,16}")
# An id may itself end like a start and an end, `2023_06_15`; only a dot tells times from it.
_ID_ALONE = re.compile(r"Y[0-9A-Za-z_-]{1,64}")


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


def shard_name(identifier: str, split: str, n_shards: int) -> str:
    """The hash bucket of a clip: one more clip changes one shard."""
    bucket = int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:8], "big") % n_shards
    return f"{split}-{bucket:05d}"


def shard_names(n_shards: Mapping[str, int]) -> list[str]:
    """All shards of a data set, known before anything is parsed."""
    return [f"{split}-{index:05d}" for split, n in n_shards.items() for index in range(n)]


def could_be_a_clip(name: str) -> bool:
    """Whether `audio_files` may find a file of this name."""
    return bool(_FILENAME.fullmatch(name) or _Y_FILE.fullmatch(name))


def audio_files(names: Iterable[str], filename: str, youtube_id: str) -> tuple[list[str], bool]:
    """Which of the files `names` hold a clip, and whether their name carries the clip's times.

    Looked for, in this order: the annotation's file name, `Y{stem}.*`, `Y{youtube_id}.*`.
    Several files in one place are all returned: the caller refuses to guess.
    """
    stem = Path(filename).stem
    names = list(names)
    if filename in names:
        return [filename], True
    for prefix, timed in ((f"Y{stem}", True), (f"Y{youtube_id}", False)):
        found = [name for name in names if Path(name).stem == prefix]
        if found:
            return sorted(found), timed
    return [], False


def files_of_shard(names: Iterable[str], split: str, shard: str, n_shards: int) -> list[str]:
    """The files of a folder that may hold clips of a shard, told by their names alone.

    A file without times in its name may belong to any shard.
    """
    chosen = []
    for name in names:
        try:
            parsed = parse_filename(name)
        except ValueError:
            parsed = None
        if parsed is None or _ID_ALONE.fullmatch(Path(name).stem):
            chosen.append(name)
            continue
        youtube_id, start_s, end_s = parsed
        youtube_ids = {youtube_id, youtube_id.removeprefix("Y")}
        shards = {shard_name(clip_id(i, start_s, end_s), split, n_shards) for i in youtube_ids}
        if shard in shards:
            chosen.append(name)
    return chosen
