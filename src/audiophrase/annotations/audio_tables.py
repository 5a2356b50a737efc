"""Tables of audio with captions, as Hugging Face's data sets write them to Parquet.

`audio` is a struct of `bytes`, a whole file of any format, and `path`, its name. A name that is
missing is made of the row: `row-12`, the first with the same bytes. A table may come in several files,
`data/*.parquet`, of which those of a split are called `train-00000-of-00003.parquet` and so on.
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiophrase.amounts import counted
from audiophrase.annotations.patterns import matching
from audiophrase.annotations.values import BadValueError, split
from audiophrase.errors import AnnotationError

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
AUDIO = "audio"
MAX_AUDIO_BYTES = 1 << 26  # of one clip: a minute of 192 kHz in stereo has 46 MB
_BATCH = 16  # rows that are held at a time
_BUFFER_BYTES = 1 << 20
_SPLIT = re.compile(r"([A-Za-z]+)(?=[-_.])")  # what a file's name begins with
_NUMBERED = re.compile(r"(.+)-(\d{5})-of-(\d{5})(?:[-.].*)?")  # one of so many files
_REMEDY = "write it again with the datasets library, or name another file (docs/own-data.md)"


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table of audio."""

    where: str  # for messages
    unnamed: str  # what its audio is called where it has no name
    split: str | None  # told by its file's name
    values: dict[str, Any]  # of the columns that were asked for


@dataclass(slots=True)
class AudioTable:
    """A table in one file of Parquet, or in all that fit a pattern; rows are read as asked for."""

    path: Path
    name: str = field(init=False)
    columns: tuple[str, ...] = field(init=False)
    _files: dict[Path, str | None] = field(init=False)  # path -> the split that its name tells
    _schemas: list["pa.Schema"] = field(init=False)

    def __post_init__(self) -> None:
        """Reads no row. Raises AnnotationError: it is no Parquet, or files differ in columns."""
        self.name = str(self.path)
        paths = matching(self.path)
        self._files = dict(zip(paths, _splits(paths), strict=True))
        self._schemas = [_checked_schema(path) for path in paths]
        self.columns = tuple(self._schemas[0].names)
        for path, schema in zip(paths, self._schemas, strict=True):
            if set(schema.names) != set(self.columns):
                differing = min(set(schema.names) ^ set(self.columns))
                raise AnnotationError(
                    f"{path} and {paths[0]} differ in the column {differing[:80]!r}",
                    f"have {self.name} fit the files of one table alone",
                )

    @property
    def has_audio(self) -> bool:
        """Whether the column of audio is a struct of bytes and their name."""
        import pyarrow as pa

        return all(
            pa.types.is_struct(audio := schema.field(AUDIO).type)
            and all(audio.get_field_index(part) >= 0 for part in ("bytes", "path"))
            and _is_binary(audio.field("bytes").type)
            and _is_text(audio.field("path").type)
            for schema in self._schemas
        )

    def other_type(self, column: str, *, or_list: bool = False) -> str | None:
        """The type of a column that holds no text, nor lists of text; None: it does."""
        import pyarrow as pa

        types = [schema.field(column).type for schema in self._schemas]
        for type_ in types:
            is_list = or_list and (pa.types.is_list(type_) or pa.types.is_large_list(type_))
            if not _is_text(type_.value_type if is_list else type_):
                return str(type_)[:80]
        return None

    def absent(self) -> Iterator[str]:
        """What names of files, `train-00001-of-00003.parquet`, say that there is and that is not."""
        numbers: dict[tuple[str, int], set[int]] = {}
        for path in self._files:
            if one := _NUMBERED.fullmatch(path.name):
                numbers.setdefault((one[1], int(one[3])), set()).add(int(one[2]))
        for (name, n_files), here in numbers.items():
            if (n_here := len(here & set(range(n_files)))) < n_files:
                first = min(set(range(n_files)) - here)
                yield (
                    f"{self.name}: of {counted(n_files, 'file')} that names of {name} tell, "
                    f"{n_here} {'is' if n_here == 1 else 'are'} here; not, for one, "
                    f"{name}-{first:05d}-of-{n_files:05d}: clips there are in no table"
                )

    def rows(self, *columns: str) -> Iterator[TableRow]:
        """The rows of all files with their values of some columns.

        A column `audio.path` is that part of the struct alone, and so read without the bytes.

        Raises:
            AnnotationError: what a file holds cannot be read.
        """
        for path in self._files:
            yield from self._rows_of(path, columns)

    def audio(self, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Of the clips of these names, each name and the bytes of its first row."""
        left = set(wanted)
        for path in self._files:
            if left and (numbers := self._numbers_of(path, left)):
                yield from _audio_in(path, numbers)

    def _rows_of(self, path: Path, columns: Collection[str]) -> Iterator[TableRow]:
        is_one = len(self._files) == 1
        before, stem = ("", "") if is_one else (f"{path.name}, ", f"{path.stem}-")
        number = 0
        with _reading(path), _opened(path) as file:
            for batch in file.iter_batches(_BATCH, columns=list(columns), use_threads=False):
                for values in batch.to_pylist():
                    where, unnamed = f"{before}row {number}", f"{stem}row-{number}"
                    yield TableRow(where, unnamed, self._files[path], values)
                    number += 1

    def _numbers_of(self, path: Path, left: set[str]) -> dict[int, str]:
        """Rows of a file that are the first with a name that is left, which is then left no more."""
        numbers: dict[int, str] = {}
        for number, row in enumerate(self._rows_of(path, [f"{AUDIO}.path"])):
            name = (row.values[AUDIO] or {}).get("path") or row.unnamed
            if name in left:
                left.discard(name)
                numbers[number] = name
        return numbers


def _splits(paths: list[Path]) -> list[str | None]:
    """The splits that the names of files begin with; none where they tell no two of them apart."""
    named = [_split_of(path.name) for path in paths]
    return named if len(set(named)) > 1 else [None] * len(paths)


def _split_of(name: str) -> str | None:
    begins = _SPLIT.match(name)
    try:
        return split(begins[1]) if begins else None
    except BadValueError:
        return None


def _checked_schema(path: Path) -> "pa.Schema":
    with _opened(path) as file:
        schema = file.schema_arrow
        if len(set(schema.names)) < len(schema.names):
            raise AnnotationError(f"{path} names a column twice", "leave out one of them")
        _refuse_larger(file.metadata, str(path))
    return schema


def _opened(path: Path) -> "pq.ParquetFile":
    import pyarrow.parquet as pq  # here and below: forms are loaded before any job, which reads none

    with _reading(path):
        return pq.ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)


def _is_binary(type_: "pa.DataType") -> bool:
    import pyarrow as pa

    return pa.types.is_binary(type_) or pa.types.is_large_binary(type_)


def _is_text(type_: "pa.DataType") -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    # Of nulls alone: what is missing is told by its row.
    return pa.types.is_string(type_) or pa.types.is_large_string(type_) or pa.types.is_null(type_)


def _refuse_larger(metadata: "pq.FileMetaData", name: str) -> None:
    """Refuse, before any row is read, rows that are larger than clips: whatever they are packed to."""
    first = 0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        if group.total_byte_size > (group.num_rows + 1) * MAX_AUDIO_BYTES:
            raise AnnotationError(
                f"{name}, rows {first} to {first + group.num_rows - 1} have more than "
                f"{MAX_AUDIO_BYTES >> 20} MiB each: no clip is that large",
                "name a table of clips, not of whole recordings",
            )
        first += group.num_rows


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what Arrow cannot read into an error that says what to do."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        cause = str(error).partition("\n")[0][:200]
        raise AnnotationError(f"{path} cannot be read as Parquet: {cause}", _REMEDY) from None


def digest(content: bytes) -> bytes:
    """What tells the bytes of two rows apart."""
    return hashlib.sha256(content).digest()


def _audio_in(path: Path, numbers: dict[int, str]) -> Iterator[tuple[str, bytes]]:
    """The bytes of some rows of a file, out of the row groups alone that hold one."""
    with _reading(path), _opened(path) as file:
        first = 0
        for group in range(file.num_row_groups):
            n_rows = file.metadata.row_group(group).num_rows
            if any(first <= number < first + n_rows for number in numbers):
                yield from _audio_of(file, group, first, numbers)
            first += n_rows


def _audio_of(
    file: "pq.ParquetFile", group: int, first: int, numbers: dict[int, str]
) -> Iterator[tuple[str, bytes]]:
    number = first
    for batch in file.iter_batches(_BATCH, row_groups=[group], columns=[AUDIO], use_threads=False):
        column = batch.column(0)
        for index in range(batch.num_rows):
            if number in numbers:
                yield numbers[number], column[index].as_py()["bytes"]
            number += 1
