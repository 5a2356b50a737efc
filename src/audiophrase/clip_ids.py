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
_CLIP_ID = re.compile(r"Y[0-9A-Za-z_-]{1,64}(_\d{1,10}_\d{1,10})?")
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


def could_be_a_clip(name: str) -> bool:
    """Whether `FileNames` may find a file of this name."""
    return bool(_FILENAME.fullmatch(name) or _Y_FILE.fullmatch(name))


class FileNames:
    """The names of a folder's files, indexed once, so that each clip is found without a scan."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self._by_stem: dict[str, list[str]] = {}
        for name in sorted(self._names):
            self._by_stem.setdefault(Path(name).stem, []).append(name)

    def of_clip(self, filename: str, youtube_id: str) -> tuple[list[str], bool]:
        """Which of the files hold a clip, and whether their name carries the clip's times.

        Looked for, in this order: the annotation's file name, `Y{stem}.*`, `Y{youtube_id}.*`. Of a
        clip that is a whole file no name carries times, and nothing is to be read from that.
        Several files in one place are all returned: the caller refuses to guess.
        """
        if filename in self._names:
            return [filename], True
        for stem, timed in ((f"Y{Path(filename).stem}", True), (f"Y{youtube_id}", False)):
            if stem in self._by_stem:
                return self._by_stem[stem], timed
        return [], False


def files_by_shard(names: Iterable[str], split: str, n_shards: int) -> dict[str, list[str]]:
    """For each shard of a split, the files that may hold its clips, told by their names alone.

    A file without times in its name may belong to any shard.
    """
    chosen: dict[str, list[str]] = {shard: [] for shard in shard_names({split: n_shards})}
    for name in names:
        try:
            parsed = parse_filename(name)
        except ValueError:
            parsed = None
        if parsed is None or _ID_ALONE.fullmatch(Path(name).stem):
            for files in chosen.values():
                files.append(name)
            continue
        youtube_id, start_s, end_s = parsed
        youtube_ids = {youtube_id, youtube_id.removeprefix("Y")}
        for shard in {shard_name(clip_id(i, start_s, end_s), split, n_shards) for i in youtube_ids}:
            chosen[shard].append(name)
    return chosen
