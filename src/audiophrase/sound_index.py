"""Frames of many recordings, kept so that only what is new or changed goes through the model again.

An index is a folder with a Parquet table for each recording, named after the digest of the
recording's name. Its rows are the frames (D numbers each); its metadata says the recording's name
and stamp (size and time of change, or a digest), the SHA-256 of its content, and the model. Tables
are written one by one, piece by piece, and get their names when they are whole: an update that was
interrupted goes on where it stopped, and memory stays flat however long a recording is.
"""

import fcntl
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from audiophrase import tables
from audiophrase.errors import ArtifactError, AudiophraseError

_KEY = b"audiophrase_sound"
_LOCK = ".lock"
_BLOCK = 1 << 20  # bytes read at once for a digest


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording: its name, what tells that it changed, and the way to it.

    `load` gives a path or the bytes of a file.
    """

    name: str
    stamp: str
    load: Callable[[], Path | bytes]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model makes of a recording: pieces of frames, float32 (n, D), one following the other.

    `outcome` is asked for when all of them were taken.
    """

    pieces: Iterable[np.ndarray]
    outcome: Callable[[], "Outcome"]


class Outcome(NamedTuple):
    """What is known of a recording when all of it was heard."""

    hop_s: float  # between two frames
    duration_s: float
    problem: str | None = None  # why it cannot be searched, if it cannot


@dataclass(frozen=True, slots=True)
class Entry:
    """What an index says of a recording."""

    name: str
    stamp: str
    sha256: str
    model: str
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Update:
    """What an update came to: how many recordings were as they are, taken up, and dropped."""

    n_kept: int
    n_made: int
    n_dropped: int


_NOTHING = Outcome(hop_s=0.0, duration_s=0.0)
Listen = Callable[[Path | bytes], Heard]


def update(
    folder: Path,
    sounds: Sequence[Sound],
    *,
    model: str,
    listen: Listen,
    watch: Callable[[Sequence[Sound]], Iterable[Sound]] = iter,
) -> Update:
    """Bring an index to what there is: new and changed recordings in, those that are gone out.

    Args:
        model: the digest of the model; tables of another are made again.
        listen: the model's frames of a recording; raises AudiophraseError where it has none, which
            the index keeps as the recording's problem.
        watch: shows progress over the recordings that must be read.
    """
    with _alone(folder):
        by_name = {entry.name: entry for entry in entries(folder) if entry.model == model}
        names = {sound.name for sound in sounds}
        gone = {entry.sha256: entry for name, entry in by_name.items() if name not in names}
        waiting = [s for s in sounds if s.name not in by_name or by_name[s.name].stamp != s.stamp]
        for sound in watch(waiting):
            content = sound.load()
            sha256 = _digest(content)
            old = by_name.get(sound.name)
            same = old if old is not None and old.sha256 == sha256 else gone.get(sha256)
            if same is not None and _copy(
                folder, same, replace(same, name=sound.name, stamp=sound.stamp)
            ):
                continue
            _make(folder, Entry(sound.name, sound.stamp, sha256, model, _NOTHING), content, listen)
        _drop_others(folder, names)
        return Update(len(sounds) - len(waiting), len(waiting), len(by_name.keys() - names))


def entries(folder: Path) -> Iterator[Entry]:
    """What an index has; a table that cannot be read is none of it."""
    for path in sorted(Path(folder).glob("*.parquet")):
        with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
            about = json.loads(pq.read_metadata(path).metadata[_KEY])
            entry = Entry(**about | {"outcome": Outcome(**about["outcome"])})
            if path == _path(folder, entry.name):
                yield entry


def pieces(folder: Path, entry: Entry) -> Iterator[np.ndarray]:
    """The frames of a recording, float32 (n, D), one piece following the other.

    Raises:
        ArtifactError: its table is gone or damaged.
    """
    path = _path(folder, entry.name)
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for number in range(file.num_row_groups):
                column = file.read_row_group(number, use_threads=False).column(0).combine_chunks()
                values = column.flatten().to_numpy().copy()  # PyTorch takes none that is read-only
                yield values.reshape(len(column), -1)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ArtifactError(
            f"{path} cannot be read: {str(error).splitlines()[0]}",
            f"delete {folder}: the index is made again",
        ) from None


def _make(folder: Path, entry: Entry, content: Path | bytes, listen: Listen) -> None:
    """Make the table of a recording; where it cannot be heard, one that says why."""
    try:
        heard = listen(content)
        _write(folder, entry, heard.pieces, heard.outcome)
    except ArtifactError:
        raise  # of the index itself: the disk is full, or the like
    except AudiophraseError as error:
        failed = _NOTHING._replace(problem=error.problem)
        _write(folder, entry, [], lambda: failed)


def _copy(folder: Path, old: Entry, new: Entry) -> bool:
    """Make a table out of one with the same content; False where that one is damaged."""
    try:
        _write(folder, new, pieces(folder, old), lambda: old.outcome)
    except ArtifactError:
        return False
    return True


def _write(
    folder: Path,
    entry: Entry,
    parts: Iterable[np.ndarray],
    outcome: Callable[[], Outcome],
) -> None:
    """Write a table, whose outcome is known when all parts were taken."""
    path = _path(folder, entry.name)
    partial = path.with_name(f".{path.name}.partial")
    with tables.writing(path):
        try:
            writer = None
            for part in parts:
                table = _table(part)
                writer = writer or _writer(partial, table.schema)
                writer.write_table(table)
            writer = writer or _writer(partial, _table(np.zeros((0, 1))).schema)
            about = {**asdict(entry), "outcome": outcome()._asdict()}
            writer.add_key_value_metadata({_KEY: json.dumps(about)})
            writer.close()
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        path, schema, compression="zstd", use_dictionary=False, write_page_checksum=True
    )


def _table(frames: np.ndarray) -> pa.Table:
    values = pa.array(np.ascontiguousarray(frames, np.float32).reshape(-1))
    column = pa.FixedSizeListArray.from_arrays(values, frames.shape[1])
    return pa.table({"frame": column})


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other update of the index is under way; where there are no locks, do not."""
    with tables.writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _LOCK).open("a")
    with file:
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _drop_others(folder: Path, names: Iterable[str]) -> None:
    """Remove all tables but those of `names`, and what a killed update left."""
    kept = {_path(folder, name) for name in names}
    for path in [*Path(folder).glob("*.parquet"), *Path(folder).glob(".*.parquet.partial")]:
        if path not in kept:
            path.unlink(missing_ok=True)


def _path(folder: Path, name: str) -> Path:
    return Path(folder) / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.parquet"


def _digest(content: Path | bytes) -> str:
    """SHA-256 of a recording; of one that cannot be read, of nothing."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    digest = hashlib.sha256()
    with suppress(OSError), content.open("rb") as file:  # whoever listens says what is wrong
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
