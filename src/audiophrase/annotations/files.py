"""Annotation files, before anything is known of their form: JSON, CSV, YAML or Parquet."""

import json
from pathlib import Path
from typing import Any

from audiophrase.annotations import csv_tables
from audiophrase.annotations.audio_tables import MAGIC, AudioTable
from audiophrase.annotations.values import shown
from audiophrase.errors import AnnotationError

MAX_FILE_BYTES = 1 << 28  # the largest file of AudioGrounding v1 has 3.5 MB
MAX_YAML_BYTES = 1 << 25  # MACS has 2 MB; a reader of YAML takes some hundred times its size
_YAML = (".yaml", ".yml")
_MAX_DEPTH = 16  # of a YAML file
_REMEDY = "annotations are read in one of the forms of docs/own-data.md"
_UTF8 = "save the file in UTF-8: in a spreadsheet, 'CSV UTF-8' under 'save as'"


def load(path: Path, *, key: str = "annotations.files") -> Any:
    """What one annotation file holds: a value of JSON or YAML, a `CsvTable`, or an `AudioTable`.

    Args:
        key: the parameter that names the file.

    Raises:
        AnnotationError: it cannot be read, or is none of these.
    """
    path = Path(path)
    begins = _first_bytes(path, key)
    if begins.startswith(MAGIC):
        return AudioTable(path)
    if path.suffix.lower() in _YAML:
        _refuse_larger(path, MAX_YAML_BYTES)
    content = read(path, key=key)
    text = csv_tables.decode(content, str(path), remedy=_UTF8)
    if path.suffix.lower() in _YAML:
        return _yaml(text, path)
    if text.lstrip()[:1] not in ("{", "[") and (table := csv_tables.table(text, str(path))):
        return table
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        line = text[:60].partition("\n")[0]
        raise AnnotationError(
            f"{path} is not JSON: {error}; it begins with {shown(line)}", _REMEDY
        ) from None


def is_json(content: Any, path: Path) -> bool:
    """Whether the content of a file, as `load` has it, can be kept as the file has it."""
    is_table = isinstance(content, csv_tables.CsvTable | AudioTable)
    return not is_table and Path(path).suffix.lower() not in _YAML


def read(path: Path, *, key: str) -> bytes:
    """The content of one annotation file.

    Args:
        key: the parameter that names it.

    Raises:
        AnnotationError: there is no such file, or it is too large for one.
    """
    path = Path(path)
    try:
        _refuse_larger(path, MAX_FILE_BYTES)
        return path.read_bytes()
    except FileNotFoundError:
        raise _missing(path, key) from None


def _first_bytes(path: Path, key: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC))
    except FileNotFoundError:
        raise _missing(path, key) from None
    except OSError as error:
        raise AnnotationError(
            f"{path} cannot be read: {error.strerror}", f"name a file in {key}"
        ) from None


def _missing(path: Path, key: str) -> AnnotationError:
    return AnnotationError(
        f"there is no annotation file {path}",
        f"correct {key} of the data set; paths count from the working folder",
    )


def _refuse_larger(path: Path, limit: int) -> None:
    if path.stat().st_size > limit:
        raise AnnotationError(
            f"{path} has more than {limit >> 20} MiB: no annotation file is that large",
            "name the annotation file",
        )


def _yaml(text: str, path: Path) -> Any:
    """YAML of bounded depth; an alias, which could make it any size, is refused."""
    import yaml  # which most files do without

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # all scalars are text
    depth = 0
    try:
        for event in yaml.parse(text, Loader=loader):
            line = event.start_mark.line + 1
            if isinstance(event, yaml.AliasEvent):
                raise AnnotationError(
                    f"{path}, line {line}: an alias (*{event.anchor[:40]}), which is not read",
                    "write out what it stands for",
                )
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise AnnotationError(f"{path}, line {line}: nested too deeply", _REMEDY)
        return yaml.load(text, Loader=loader)
    except yaml.YAMLError as error:
        cause = " ".join(str(error).split())
        raise AnnotationError(
            f"{path} is not YAML: {cause[:300]}", "fix the line it names"
        ) from None
