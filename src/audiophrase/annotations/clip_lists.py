"""Lists of clips in CSV: an id and a start, perhaps an end and a split, and nothing of what is heard.

    youtube_id,start_s,end_s,split
    r3kQ-x_7Qab,40,50,train

AudioSet's segment lists, whose header is a comment, and AudioCaps' files, a line a caption, are lists
too. Other columns are not looked at.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audiophrase.annotations import csv_tables
from audiophrase.annotations import values as values_of
from audiophrase.annotations.forms.clip_list import CLIP_S, entry
from audiophrase.annotations.values import BadValueError, shown
from audiophrase.clip_ids import clip_id
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
MAX_LENGTH_S = 600.0
N_LISTED = 10
_REMEDY = (
    "correct the list: its first line names the columns, youtube_id and start_s, and end_s and split "
    "where you like; a clip a line, times in seconds (docs/audit.md, 'A plain list of clips'). A table of "
    "captions goes into annotations.file (docs/own-data.md)"
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


def parse(content: bytes, name: str) -> ClipList:
    """The clips that a list names, each once.

    Args:
        content: of a CSV file in UTF-8, with commas, semicolons or tabs.
        name: of the file, for messages.

    Raises:
        AnnotationError: it is no such list; or naming the first bad lines, and how many there are.
    """
    text = csv_tables.decode(content, name, remedy=csv_tables.SAVE_AS_UTF8)
    header, columns, delimiter = _header(text, name)
    notes = _notes(text, header, delimiter)
    parsed, seen, bad, n_bad = ClipList(notes=notes), {}, [], 0
    for number, fields in csv_tables.records(text, header, delimiter, name, _REMEDY):
        try:
            clip, split = _clip(fields, columns)
            identity = clip_id(clip["youtube_id"], clip["start_s"], clip["end_s"])
            line, known = seen.setdefault(identity, (number, split))
            if known != split:
                raise BadValueError(f"the clip stands in the split {known}, too, on line {line}")
        except BadValueError as error:
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


def _header(text: str, name: str) -> tuple[int, Mapping[str, int], str]:
    """The number of the line that names the columns, where each stands, and what parts them.

    A comment may be the header, as AudioSet's is; `#` begins comments above it alone.
    """
    number, line = 0, ""
    for number, line in enumerate(io.StringIO(text), start=1):
        for delimiter in csv_tables.DELIMITERS:
            columns = _columns(line, delimiter)
            if all(key in columns for key in NEEDED):
                return number, columns, delimiter
        if line.strip() and not line.startswith("#"):
            break
    raise AnnotationError(
        f"{name}, line {max(number, 1)} names no columns for id and start: {shown(line.strip())}; "
        f"known: {', '.join(COLUMNS['id'])}; {', '.join(COLUMNS['start'])}",
        _REMEDY,
    )


def _columns(line: str, delimiter: str) -> dict[str, int]:
    names = csv_tables.header(line.lstrip("#"), delimiter)
    places = {key: _first_of(known, names) for key, known in COLUMNS.items()}
    return {"n": len(names)} | {key: place for key, place in places.items() if place is not None}


def _first_of(known: Sequence[str], names: Sequence[str]) -> int | None:
    """Where the first of the known names stands among those of a header."""
    return next((names.index(name) for name in known if name in names), None)


def _notes(text: str, header: int, delimiter: str) -> tuple[str, ...]:
    """What is to be said of a header that names several columns for the same."""
    names = csv_tables.header(text.split("\n")[header - 1].lstrip("#"), delimiter)
    notes = []
    for known in COLUMNS.values():
        read, *others = [name for name in known if name in names] or [None]
        if others:
            rest = "the other is" if len(others) == 1 else "the others are"
            listed = f"{', '.join([read, *others[:-1]])} and {others[-1]}"
            notes.append(f"of the columns {listed}, {read} is read, {rest} not looked at")
    return tuple(notes)


def _clip(fields: list[str], columns: Mapping[str, int]) -> tuple[dict[str, object], str]:
    n_columns = columns["n"]
    if len(fields) < n_columns or any(value.strip() for value in fields[n_columns:]):
        raise BadValueError(f"the header names {n_columns} columns, the line has {len(fields)}")
    values = {key: fields[index].strip() for key, index in columns.items() if key in COLUMNS}
    youtube_id, start_s = values_of.youtube_id(values["id"]), values_of.start_s(values["start"])
    end_s = values_of.seconds("end", values["end"]) if values.get("end") else start_s + CLIP_S
    values_of.within_bounds("end", end_s)
    if round(1000 * end_s) <= round(1000 * start_s):
        raise BadValueError(f"the end {end_s:g} s does not lie after the start {start_s:g} s")
    if end_s - start_s > MAX_LENGTH_S:
        raise BadValueError(f"the clip is {end_s - start_s:g} s long, more than {MAX_LENGTH_S:g} s")
    split = values_of.split(values.get("split") or WITHOUT_SPLIT)
    return entry(youtube_id, start_s, end_s), split
