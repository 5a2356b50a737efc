"""Annotation files, before anything is known of their form."""

import json
from pathlib import Path
from typing import Any

from audiophrase.errors import AnnotationError

MAX_FILE_BYTES = 1 << 28  # the largest file of AudioGrounding v1 has 3.5 MB
_MAX_SHOWN = 60  # characters of a file that is not JSON


def load(path: Path) -> Any:
    """The JSON of one annotation file. Raises AnnotationError."""
    content = read(path, key="annotations.files")
    try:
        return json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        begins = content[:_MAX_SHOWN].decode("utf-8", "replace").partition("\n")[0]
        raise AnnotationError(
            f"{path} is not JSON: {error}; it begins with {begins!r}",
            "annotations are read from JSON in one of the forms of docs/own-data.md",
        ) from None


def read(path: Path, *, key: str) -> bytes:
    """The content of one annotation file.

    Args:
        key: the parameter that names it.

    Raises:
        AnnotationError: there is no such file, or it is too large for one.
    """
    path = Path(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise AnnotationError(
                f"{path} has more than {MAX_FILE_BYTES >> 20} MiB: no annotation file is that large",
                "name the annotation file",
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise AnnotationError(
            f"there is no annotation file {path}",
            f"correct {key} of the data set; paths count from the working folder",
        ) from None
