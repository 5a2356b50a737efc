"""Tables of audio with captions, as Hugging Face's data sets write them to Parquet.

`audio` is a struct of `bytes`, a whole file of any format, and `path`, its name. A name that is
missing is made of the row: `row-12`, the first with the same bytes.
"""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiophrase.errors import AnnotationError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

MAGIC = b"PAR1"
AUDIO = "audio"
MAX_AUDIO_BYTES = 1 << 26  # of one clip: a minute of 192 kHz in stereo has 46 MB
_BATCH = 16  # rows that are held at a time
_BUFFER_BYTES = 1 << 20
_REMEDY = "write it again with the datasets library, or name another file (docs/own-data.md)"


@dataclass(slots=True)
class AudioTable:
    """A Parquet file of which rows are read as they are asked for."""

    path: Path
    name: str = field(init=False)
    columns: tuple[str, ...] = field(init=False)
    has_audio: bool = field(init=False)

    def __post_init__(self) -> None:
        """Reads no row. Raises AnnotationError: it is no Parquet."""
        import pyarrow as pa  # here and below: forms are loaded before any job, which reads none

        self.name = str(self.path)
        with self._open() as file:
            schema = file.schema_arrow
            self.columns = tuple(schema.names)
            _refuse_larger(file.metadata, self.name)
            audio = schema.field(AUDIO).type if AUDIO in schema.names else pa.null()
        parts = {part.name for part in audio} if pa.types.is_struct(audio) else set()
        self.has_audio = {"bytes", "path"} <= parts

    def rows(self, *columns: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """The number of each row, from 0, and its values of some columns.

        A column `audio.path` is that part of the struct alone, and so read without the bytes.

        Raises:
            AnnotationError: what the file holds cannot be read.
        """
        number = 0
        with _reading(self.name), self._open() as file:
            for batch in file.iter_batches(_BATCH, columns=list(columns), use_threads=False):
                for row in batch.to_pylist():
                    yield number, row
                    number += 1

    def audio(self, wanted: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Of the clips of these names, each name and the bytes of its first row."""
        numbers = self._rows_of(set(wanted))
        with _reading(self.name), self._open() as file:
            first = 0
            for group in range(file.num_row_groups):
                n_rows = file.metadata.row_group(group).num_rows
                if any(first <= number < first + n_rows for number in numbers):
                    yield from _audio_of(file, group, first, numbers)
                first += n_rows

    def _rows_of(self, wanted: set[str]) -> dict[int, str]:
        numbers: dict[int, str] = {}
        for number, row in self.rows(f"{AUDIO}.path"):
            path = (row[AUDIO] or {}).get("path")
            name = path if path else row_name(number)
            if name in wanted:
                wanted.discard(name)
                numbers[number] = name
        return numbers

    def _open(self) -> "pq.ParquetFile":
        import pyarrow.parquet as pq

        with _reading(self.name):
            return pq.ParquetFile(self.path, buffer_size=_BUFFER_BYTES, pre_buffer=False)


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
def _reading(name: str) -> Iterator[None]:
    """Turn what Arrow cannot read into an error that says what to do."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError) as error:
        cause = str(error).partition("\n")[0][:200]
        raise AnnotationError(f"{name} cannot be read as Parquet: {cause}", _REMEDY) from None


def row_name(number: int) -> str:
    """What a clip without a name is called: by its row."""
    return f"row-{number}"


def digest(content: bytes) -> bytes:
    """What tells the bytes of two rows apart."""
    return hashlib.sha256(content).digest()


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
