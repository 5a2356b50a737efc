"""Which JSON file of a folder holds the labels of which split."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from audiophrase.clips.folder import MAX_DEPTH
from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

_NAME_A_FILE = "name the three files in annotations.files, with annotations.source: files"
_MAX_LISTED = 10_000  # JSON files; a data set has three


def label_files(folder: Path) -> dict[str, str]:
    """The path of each split's labels, in a folder with audio beside them or below.

    Raises:
        AnnotationError: the folder cannot be read, or the labels of a split are none or several.
    """
    if not folder.is_dir():
        raise AnnotationError(
            f"there is no folder {folder}",
            "fix retrieve.folder of the data set; paths count from the working folder",
        )
    chosen = by_split(_json_files(folder), str(folder))
    return {split: os.path.join(folder, name) for split, name in chosen.items()}


def by_split(names: Iterable[str], folder: str) -> dict[str, str]:
    """The split of each label file: the one in its own name, else that of the folder next to it.

    Args:
        names: paths of JSON files within the folder, with `/`.
        folder: its name, for messages.
    """
    names = sorted(names)
    chosen = {}
    for split in SPLITS:
        own = [name for name in names if split_of(name) == split]
        exact = [name for name in own if PurePosixPath(name).stem.lower() == split]
        own = exact or own
        if len(own) > 1:
            listed = ", ".join(own[:3])
            raise AnnotationError(
                f"{folder}: several files could be the labels of {split}: {listed}",
                f"keep one of them, or {_NAME_A_FILE}",
            )
        if not own:
            listed = ", ".join(names[:5]) or "none at all"
            raise AnnotationError(
                f"{folder} has no labels of {split}; JSON files there: {listed}",
                f"they are looked for as {split}.json or {split}/*.json; or {_NAME_A_FILE}",
            )
        chosen[split] = own[0]
    return chosen


def split_of(name: str) -> str | None:
    """The split that a path names, its last part that names one; None: no single one."""
    path = PurePosixPath(name)
    for part in (path.stem, *(parent.name for parent in path.parents)):
        words = set(re.split("[^a-z]+", part.lower()))
        if named := [split for split in SPLITS if split in words]:
            return named[0] if len(named) == 1 else None
    return None


def _json_files(folder: Path) -> Iterator[str]:
    n_listed = 0
    for where, folders, files in os.walk(folder):
        within = Path(where).relative_to(folder)
        if len(within.parts) >= MAX_DEPTH:
            folders.clear()
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            is_json = name.lower().endswith(".json") and not name.startswith(".")
            if is_json and name.isprintable() and n_listed < _MAX_LISTED:
                n_listed += 1
                yield (within / name).as_posix()
