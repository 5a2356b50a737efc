"""What a user calls a clip: its file, where the clip is a whole one."""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any


def file_names(clips: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Clip id -> the name of its file, of those clips of `annotations.clips` that are whole files.

    Of an absolute path its last part alone: pages are handed on. Where several clips have one name,
    as those of two folders or data sets, their ids follow it.
    """
    names = {row["clip_id"]: _told(row["filename"]) for row in clips if row["start_s"] is None}
    n_named = Counter(names.values())
    return {
        clip_id: name if n_named[name] == 1 else f"{name} ({clip_id})"
        for clip_id, name in names.items()
    }


def _told(filename: str) -> str:
    path = PurePath(filename)
    return path.name if path.is_absolute() else filename
