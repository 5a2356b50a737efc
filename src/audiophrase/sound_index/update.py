"""Frames of many recordings, kept so that only what is new or changed goes through the model again.

An index is a folder with a table for each recording (`tables`). They are written one by one: an
update that was interrupted goes on where it stopped, and memory stays flat however long a recording is.
"""

import fcntl
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.inference.samples import AudioError
from audiophrase.prose import tell
from audiophrase.sound_index.tables import Entry, Outcome, entries, path_of, pieces, written

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


@dataclass(frozen=True, slots=True)
class Update:
    """What an index has after an update, and how many recordings were as they are, taken up, dropped."""

    entries: Sequence[Entry]
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
    readers: str,
    listen: Listen,
    watch: Callable[[Sequence[Sound]], Iterable[Sound]] = iter,
) -> Update:
    """Bring an index to what there is: new and changed recordings in, those that are gone out.

    Args:
        model: the digest of the model; tables of another are made again.
        readers: what reads recordings; what another could not read is tried again.
        listen: the model's frames of a recording; raises AudioError where it has none, which the
            index keeps as the recording's problem.
        watch: shows progress over the recordings that must be read.
    """
    with _alone(folder):
        readable = {model, _failed(model, readers)}
        by_name = {entry.name: entry for entry in entries(folder) if entry.model in readable}
        names = {sound.name for sound in sounds}
        gone = {e.sha256: e for name, e in by_name.items() if name not in names}
        waiting = [s for s in sounds if s.name not in by_name or by_name[s.name].stamp != s.stamp]
        current = {name: entry for name, entry in by_name.items() if name in names}
        for sound in watch(waiting):
            content = sound.load()
            new = Entry(sound.name, sound.stamp, _digest(content), model, _NOTHING)
            old = by_name.get(sound.name)
            same = old if old is not None and old.sha256 == new.sha256 else gone.get(new.sha256)
            copied = _copied(folder, same, new) if same is not None else None
            current[sound.name] = copied or _made(folder, new, content, listen, readers)
        _drop_others(folder, names)
        n_gone = len(by_name.keys() - names)
        return Update(tuple(current.values()), len(sounds) - len(waiting), len(waiting), n_gone)


def _made(folder: Path, new: Entry, content: Path | bytes, listen: Listen, readers: str) -> Entry:
    """Make the table of a recording; where it cannot be heard, one that says why."""
    try:
        heard = listen(content)
        return written(folder, new, heard.pieces, heard.outcome)
    except AudioError as error:  # of the recording, and not of the disk or the device
        failed = _NOTHING._replace(problem=error.problem)
        return written(folder, replace(new, model=_failed(new.model, readers)), [], lambda: failed)


def _failed(model: str, readers: str) -> str:
    """What stands in place of the model in the table of a recording that could not be read."""
    return f"{model}, by {readers}"


def _copied(folder: Path, old: Entry, new: Entry) -> Entry | None:
    """Make a table out of one with the same content; None where that one is damaged, or was not heard."""
    if not old.outcome.was_heard:
        return None
    try:
        return written(folder, new, pieces(folder, old), lambda: old.outcome)
    except ArtifactError:
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait until no other update of the index is under way; where there are no locks, do not."""
    with tables.writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / _LOCK).open("a")
    with file:
        with suppress(OSError):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                tell(
                    "waiting for another search that is bringing this index up to date …", err=True
                )
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _drop_others(folder: Path, names: Iterable[str]) -> None:
    """Remove all tables but those of `names`, and what a killed update left."""
    kept = {path_of(folder, name) for name in names}
    for path in [*Path(folder).glob("*.parquet"), *Path(folder).glob(".*.parquet.partial")]:
        if path not in kept:
            path.unlink(missing_ok=True)


def _digest(content: Path | bytes) -> str:
    """SHA-256 of a recording; of one that cannot be read, of nothing."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    digest = hashlib.sha256()
    if content.is_file():  # reading a pipe would not end
        with suppress(OSError), content.open("rb") as file:  # whoever listens says what is wrong
            while block := file.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()
