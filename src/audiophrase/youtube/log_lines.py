"""The lines of the log: how they are written, and which of those that are there can be believed.

A line that cannot be read is no reason to stop: the attempt that it told of is made again. In its
place stands a canary that failed, so that nothing counts for a witness that may have been lost.
"""

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from pathlib import Path
from types import UnionType
from typing import Any

import pyarrow as pa

from audiophrase.youtube.attempts import SCHEMA, is_attempt

LOG = "attempts.jsonl"
Line = dict[str, Any]
GAP: Line = {
    "kind": "canaries",
    "run": "",
    "utc": None,
    "youtube_ids": [],
    "passed": False,
    "message": "the log was damaged here",
}
_BEGINNING = b'{"kind": "'
_KEYS: dict[str, dict[str, type | UnionType]] = {  # what is read of the lines of each kind
    "canaries": {"passed": bool},
    "renewal": {"session": str, "by": str, "utc": str, "cause": str, "message": str | None},
    "put-last": {"youtube_id": str, "cause": str},
}
_YEARS = range(MINYEAR + 1, MAXYEAR)
_NAMES = ("session", "batch", "origin", "message")  # texts of a line, where it has them


@dataclass(frozen=True, slots=True)
class Log:
    """What a log holds.

    Attributes:
        lines: in their order; in the place of damaged ones, a canary that failed.
        damaged: what is no line of a log, as it stands.
        n_whole: bytes up to the end of the last whole line; what follows is being written, or was
            torn when its writer was killed.
    """

    lines: list[Line] = field(default_factory=list)
    damaged: list[bytes] = field(default_factory=list)
    n_whole: int = 0


def read(path: Path) -> Log:
    """Read a log; one that is not there is empty. Raises OSError."""
    try:
        file = io.BytesIO(Path(path).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return Log()
    lines: list[Line] = []
    damaged: list[bytes] = []
    n_whole = 0
    for content in file:
        line = parse(content)
        if line is None and not content.endswith(b"\n") and _is_begun(content):
            break
        n_whole += len(content)
        if line is not None:
            lines.append(line)
            continue
        damaged.append(content if content.endswith(b"\n") else content + b"\n")
        if not lines or lines[-1] != GAP:
            lines.append(GAP)
    return Log(lines, damaged, n_whole)


def parse(content: bytes) -> Line | None:
    """A line, or nothing where it is none that was logged."""
    try:
        line = json.loads(content)
        if not isinstance(line["kind"], str) or not isinstance(line["run"], str):
            return None
        if line["kind"] in ("attempt", "withdrawal") and not _is_row(line):
            return None
        keys = _KEYS.get(line["kind"], {})
        if not all(isinstance(line[key], kind) for key, kind in keys.items()):
            return None
        if not all(isinstance(line.get(name), str | None) for name in _NAMES):
            return None
        if line["kind"] == "come-back" and not _is_time(line["after"]):
            return None
        encode(line)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return line


def is_gap(line: Line) -> bool:
    """Whether something was damaged where it stands; also in a log that was taken over."""
    return line | GAP == line


def encode(line: Mapping[str, Any]) -> bytes:
    return (json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n").encode()


def utc_text(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds")


def sync_folder(folder: Path) -> None:
    """See that names in a folder are on the disk."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, and through to the disk."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def _is_begun(content: bytes) -> bool:
    """Whether a line that has no end may be one that is being written, or was torn."""
    return content.startswith(_BEGINNING) or _BEGINNING.startswith(content)


def _is_row(line: Line) -> bool:
    """Whether an attempt can become a row of attempts.parquet."""
    if not is_attempt(line):
        return False
    tried = line["tried_utc"]
    if tried is not None and not _is_time(tried):
        return False
    return all(
        line.get(column.name) is None or _fits(line[column.name], column.type)
        for column in SCHEMA
        if column.name != "tried_utc"
    )


def _is_time(text: str) -> bool:
    """Whether a time names its zone, and is one that a table holds and that a day may be added to.

    Raises ValueError, TypeError or OverflowError for what is no time.
    """
    when = datetime.fromisoformat(text)
    return when.utcoffset() is not None and when.astimezone(UTC).year in _YEARS


def _fits(value: Any, kind: pa.DataType) -> bool:
    if pa.types.is_boolean(kind):
        return isinstance(value, bool)
    if pa.types.is_integer(kind):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return is_number and abs(value) < 2 ** (kind.bit_width - 1)
    return isinstance(value, str)
