"""MACS: YAML, a list of files with the sentences of their annotators; a clip is the whole file.

    files:
    - filename: airport-barcelona-0-0-a.wav
      annotations:
      - {annotator_id: 50, sentence: people walk and talk, tags: [footsteps, adults_talking]}

Martín-Morató and Mesaros, "What is the ground truth? Reliability of multi-annotator data for audio
tagging", EUSIPCO 2021. Tags are not looked at.
"""

from collections.abc import Iterator
from typing import Any

from audiophrase.annotations.clip_names import Clip, named_clip, spelt_alike
from audiophrase.annotations.rows import Row
from audiophrase.errors import AnnotationError

SHAPE = "YAML (or JSON): files, a list of {filename, annotations: a list of {sentence}}"
FIELDS = {"caption": "sentence"}
_SEE = "see docs/own-data.md for the form"


def recognises(content: Any) -> bool:
    """Whether it is an object that lists files."""
    return isinstance(content, dict) and "files" in content


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each annotation, in the order of the file."""
    first_place: dict[str, int] = {}
    for number, item in enumerate(_list(content, "files", file)):
        where = f"file {number}"
        filename = _get(item, "filename", f"{file}, {where}")
        annotations = _list(item, "annotations", f"{file}, {where}")
        problem = None
        if (
            isinstance(filename, str)
            and (first := first_place.setdefault(spelt_alike(filename), number)) < number
        ):
            problem = "filename", f"{filename[:80]!r} is file {first}, too"
        for index, annotation in enumerate(annotations):
            whole = f"{where}, annotation {index}"
            yield Row(
                whole,
                filename,
                caption_id=f"{filename}#{index}",
                caption=_get(annotation, "sentence", f"{file}, {whole}"),
                problem=problem,
            )


def clip(filename: str) -> Clip:
    """The whole file, whatever its name."""
    return named_clip(filename)


def _get(item: Any, key: str, where: str) -> Any:
    if not isinstance(item, dict):
        raise AnnotationError(f"{where} is not an object", _SEE)
    if key not in item:
        raise AnnotationError(f"{where} lacks {key}", _SEE)
    return item[key]


def _list(item: Any, key: str, where: str) -> list[Any]:
    value = _get(item, key, where)
    if not isinstance(value, list) or not value:
        raise AnnotationError(f"{where}: '{key}' is not a list of one or more", _SEE)
    return value
