"""Lists of clips in CSV: an id and a start, perhaps an end and a split, and nothing of what is heard.

    youtube_id,start_s,end_s,split
    r3kQ-x_7Qab,40,50,train

AudioSet's segment lists, whose header is a comment, and AudioCaps' files, a line a caption, are lists
too. Other columns are not looked at.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audiophrase.annotations.forms.clip_list import CLIP_S, entry
from audiophrase.clip_ids import clip_id
from audiophrase.clips.messages import single_line
from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

COLUMNS = {
    "id": ("youtube_id", "ytid", "yt_id", "video_id", "id"),
    "start": ("start_s", "start_seconds", "start_time", "start"),
    "end": ("end_s", "end_seconds", "end_time", "end"),
    "split": ("split",),
}
NEEDED = ("id", "start")
WITHOUT_SPLIT = "train"  # what a clip belongs to where the list does not say
MAX_START_S = 999_999
MAX_LENGTH_S = 600.0
N_LISTED = 10
_DELIMITERS = ",;\t"
_OTHER_NAMES = {"validation": "val", "valid": "val", "eval": "test", "evaluation": "test"}
_ID = re.compile(r"[0-9A-Za-z_-]{11}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{0,12})?([eE][+-]?[0-9]{1,2})?")
_MAX_SHOWN = 40
_REMEDY = (
    "correct the list: its first line names the columns, youtube_id and start_s, and end_s and split "
    "where you like; a clip a line, times in seconds (docs/audit.md, 'A plain list of clips')"
)


@dataclass(slots=True)
class ClipList:
    """The clips of each split in the order of the list; `n_repeated` lines named one once more.

    `notes` say which column is read where several could be.
    """

    clips: dict[str, list[dict[str, object]]] = field(
        default_factory=lambda: {split: [] for split in SPLITS}
    )
    n_repeated: int = 0
    notes: tuple[str, ...] = ()


class _LineError(Exception):
    pass


def parse(content: bytes, name: str) -> ClipList:
    """The clips that a list names, each once.

    Args:
        content: of a CSV file in UTF-8, with commas, semicolons or tabs.
        name: of the file, for messages.

    Raises:
        AnnotationError: it is no such list; or naming the first bad lines, and how many there are.
    """
    text = _decode(content, name)
    header, columns, delimiter = _header(text, name)
    parsed, seen, bad, n_bad = ClipList(notes=_notes(text, header, delimiter)), {}, [], 0
    for number, fields in _records(text, header, delimiter, name):
        try:
            clip, split = _clip(fields, columns)
            identity = clip_id(clip["youtube_id"], clip["start_s"], clip["end_s"])
            line, known = seen.setdefault(identity, (number, split))
            if known != split:
                raise _LineError(f"the clip stands in the split {known}, too, on line {line}")
        except _LineError as error:
            n_bad += 1
            if n_bad <= N_LISTED:
                bad.append(f"line {number}: {error}")
            continue
        if line == number:
            parsed.clips[split].append(clip)
        else:
            parsed.n_repeated += 1
    if n_bad:
        bad += [f"… and {n_bad - N_LISTED:,} more"] if n_bad > N_LISTED else []
        listed = "\n".join(f"  - {line}" for line in bad)
        noun = "line" if n_bad == 1 else "lines"
        raise AnnotationError(f"{name}: {n_bad:,} {noun} cannot be read:\n{listed}", _REMEDY)
    if not seen:
        raise AnnotationError(f"{name} names no clips", _REMEDY)
    return parsed


def _decode(content: bytes, name: str) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        text, line = None, content[: error.start].count(b"\n") + 1
    if text is None or "\0" in text:
        where = f": line {line}" if text is None else ""
        raise AnnotationError(
            f"{name} is no text in UTF-8{where}",
            "save it as CSV in UTF-8: in a spreadsheet, 'CSV UTF-8' under 'save as'",
        )
    if not text.strip():
        raise AnnotationError(f"{name} is empty", _REMEDY)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _header(text: str, name: str) -> tuple[int, Mapping[str, int], str]:
    """The number of the line that names the columns, where each stands, and what parts them.

    A comment may be the header, as AudioSet's is; `#` begins comments above it alone.
    """
    number, line = 0, ""
    for number, line in enumerate(io.StringIO(text), start=1):
        for delimiter in _DELIMITERS:
            columns = _columns(line, delimiter)
            if all(key in columns for key in NEEDED):
                return number, columns, delimiter
        if line.strip() and not line.startswith("#"):
            break
    raise AnnotationError(
        f"{name}, line {max(number, 1)} names no columns for id and start: {_shown(line.strip())}; "
        f"known: {', '.join(COLUMNS['id'])}; {', '.join(COLUMNS['start'])}",
        _REMEDY,
    )


def _columns(line: str, delimiter: str) -> dict[str, int]:
    try:
        (names,) = csv.reader([line.lstrip("#")], delimiter=delimiter, skipinitialspace=True)
    except (csv.Error, ValueError):
        return {}
    names = [name.strip().casefold() for name in names]
    places = {key: _first_of(known, names) for key, known in COLUMNS.items()}
    return {"n": len(names)} | {key: place for key, place in places.items() if place is not None}


def _first_of(known: Sequence[str], names: Sequence[str]) -> int | None:
    """Where the first of the known names stands among those of a header."""
    return next((names.index(name) for name in known if name in names), None)


def _notes(text: str, header: int, delimiter: str) -> tuple[str, ...]:
    """What is to be said of a header that names several columns for the same."""
    line = text.split("\n")[header - 1].lstrip("#")
    (names,) = csv.reader([line], delimiter=delimiter, skipinitialspace=True)
    names = [name.strip().casefold() for name in names]
    notes = []
    for known in COLUMNS.values():
        read, *others = [name for name in known if name in names] or [None]
        if others:
            rest = "the other is" if len(others) == 1 else "the others are"
            listed = f"{', '.join([read, *others[:-1]])} and {others[-1]}"
            notes.append(f"of the columns {listed}, {read} is read, {rest} not looked at")
    return tuple(notes)


def _records(text: str, header: int, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """The number of the line where each record below the header begins, and its fields."""
    lines = io.StringIO(text)
    for _ in range(header):
        next(lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    number = header + 1
    try:
        for fields in reader:
            if any(value.strip() for value in fields):
                yield number, fields
            number = header + reader.line_num + 1
    except csv.Error as error:
        raise AnnotationError(
            f"{name}, line {number}: {error}; is there a quotation mark without its fellow?",
            _REMEDY,
        ) from None


def _clip(fields: list[str], columns: Mapping[str, int]) -> tuple[dict[str, object], str]:
    n_columns = columns["n"]
    if len(fields) < n_columns or any(value.strip() for value in fields[n_columns:]):
        raise _LineError(f"the header names {n_columns} columns, the line has {len(fields)}")
    values = {key: fields[index].strip() for key, index in columns.items() if key in COLUMNS}
    if not _ID.fullmatch(values["id"]):
        raise _LineError(
            f"{_shown(values['id'])} is no id of YouTube: eleven letters, digits, - and _"
        )
    start_s = _seconds("start", values["start"])
    end_s = _seconds("end", values["end"]) if values.get("end") else start_s + CLIP_S
    if start_s > MAX_START_S:
        raise _LineError(f"the start {start_s:g} s lies beyond {MAX_START_S:,} s")
    if round(1000 * end_s) <= round(1000 * start_s):
        raise _LineError(f"the end {end_s:g} s does not lie after the start {start_s:g} s")
    if end_s - start_s > MAX_LENGTH_S:
        raise _LineError(f"the clip is {end_s - start_s:g} s long, more than {MAX_LENGTH_S:g} s")
    named = values.get("split", "").casefold() or WITHOUT_SPLIT
    split = _OTHER_NAMES.get(named, named)
    if split not in SPLITS:
        raise _LineError(f"{_shown(values['split'])} is no split: {', '.join(SPLITS)}")
    return entry(values["id"], start_s, end_s), split


def _seconds(what: str, text: str) -> float:
    if not _NUMBER.fullmatch(text):
        point = text.replace(",", ".")
        hint = f": write {point}" if "," in text and _NUMBER.fullmatch(point) else ""
        raise _LineError(
            f"the {what} {_shown(text)} is no number of seconds, such as 30 or 30.5{hint}"
        )
    seconds = float(text)
    if seconds < 0:
        raise _LineError(f"the {what} {_shown(text)} lies before the recording")
    return round(abs(seconds), 3)  # no -0.0; names of clips count milliseconds


def _shown(value: str) -> str:
    text = repr(single_line(value[: 2 * _MAX_SHOWN]))
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
