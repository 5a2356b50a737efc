"""Annotation files, before anything is known of their form: JSON, CSV, YAML or Parquet."""

import json
from pathlib import Path
from typing import Any

from audiophrase.annotations import csv_tables
from audiophrase.annotations.audio_tables import MAGIC, AudioTable
from audiophrase.annotations.patterns import is_pattern
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
    is_parquet = path.suffix.lower() == ".parquet"
    if is_pattern(path):
        if not is_parquet:
            raise AnnotationError(
                f"{path} names several files, as Parquet alone may come", f"name one file in {key}"
            )
        return AudioTable(path)
    if _first_bytes(path, key).startswith(MAGIC) or is_parquet:
        return AudioTable(path)
    if path.suffix.lower() in _YAML:
        _refuse_larger(path, MAX_YAML_BYTES, key)
    content = read(path, key=key)
    text = csv_tables.decode(content, str(path), remedy=_UTF8)
    if path.suffix.lower() in _YAML:
        return _yaml(text, path)
    if text.lstrip()[:1] in ("{", "["):
        return _json(text, path)
    if table := csv_tables.table(text, str(path)):
        return table
    line = text[:60].partition("\n")[0]
    raise AnnotationError(
        f"{path} is neither JSON nor a table: its first line is {shown(line)}",
        "a table's first line names its columns, two or more, with commas, semicolons or tabs "
        f"between them; {_REMEDY}",
    )


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
        _refuse_larger(path, MAX_FILE_BYTES, key)
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


def _refuse_larger(path: Path, limit: int, key: str) -> None:
    if path.stat().st_size > limit:
        raise AnnotationError(
            f"{path} has more than {limit >> 20} MiB: no annotation file is that large",
            f"name the file of the annotations in {key}",
        )


def _json(text: str, path: Path) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repeated)
    except RecursionError:
        raise AnnotationError(f"{path} is nested too deeply", _REMEDY) from None
    except ValueError as error:
        is_lines = str(error).startswith("Extra data")  # an object a line
        raise AnnotationError(
            f"{path} is not JSON: {error}",
            "make one list of what stands there, [ before it, commas between, ] behind it"
            if is_lines
            else "correct that place; a file that ends too early has to be copied again",
        ) from None


def _without_repeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; one of which a key stands twice would lose what stands at the first."""
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        repeated = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise ValueError(f"the key {shown(repeated)} stands twice in one object")
    return made


def _yaml(text: str, path: Path) -> Any:
    """YAML of bounded depth; an alias, which could make it any size, is refused."""
    import yaml  # which most files do without

    class Loader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # all scalars are text
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
            made = super().construct_mapping(node, deep)
            if len(made) < len(node.value):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key stands twice", node.start_mark
                )
            return made

    depth = 0
    try:
        for event in yaml.parse(text, Loader=Loader):
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
        return yaml.load(text, Loader=Loader)
    except yaml.YAMLError as error:
        cause = " ".join(str(error).split())
        raise AnnotationError(
            f"{path} is not YAML: {cause[:300]}", "fix the line it names"
        ) from None
