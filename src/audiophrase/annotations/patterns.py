"""Paths with `*` in them, which name all the files that fit."""

import glob
from pathlib import Path

from audiophrase.errors import AnnotationError

MAX_FILES = 10_000


def is_pattern(path: Path | str) -> bool:
    """Whether a path is no file, but may name several."""
    return "*" in str(path) and not Path(path).is_file()


def matching(path: Path | str) -> list[Path]:
    """The files that a path names, sorted: one, or all that fit. Raises AnnotationError: none does."""
    if not is_pattern(path):
        return [Path(path)]
    # Brackets and question marks are what they are in the names of files.
    literal = str(path).replace("[", "[[]").replace("?", "[?]")
    files = sorted(Path(name) for name in glob.iglob(literal) if Path(name).is_file())
    if not files:
        raise AnnotationError(
            f"no file fits {path}", "correct the pattern; paths count from the working folder"
        )
    if len(files) > MAX_FILES:
        raise AnnotationError(
            f"more than {MAX_FILES:,} files fit {path}", "name fewer of them by the pattern"
        )
    return files
