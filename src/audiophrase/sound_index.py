"""Frames of many recordings, kept so that only what is new or changed goes through the model again.

An index is a folder with a Parquet table for each recording, named after the digest of the
recording's name: its frames (T, D), a row each, and in its provenance the recording's name, its
stamp (size and time of change, or a digest), the SHA-256 of its content, and the model. Tables are
written one by one, each atomically: an update that was interrupted goes on where it stopped.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from audiophrase import tables
from audiophrase.errors import ArtifactError, AudiophraseError

STAGE = "sound_index"
SECTION = "recording"
_BLOCK = 1 << 20  # bytes read at once for a digest


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording: its name, what tells that it changed, and the way to it.

    `load` gives a path or the bytes of a file.
    """

    name: str
    stamp: str
    load: Callable[[], Path | bytes]


class Frames(NamedTuple):
    """What a model made of a recording: frames float32 (T, D), `hop_s` apart."""

    values: np.ndarray
    hop_s: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class Entry:
    """What an index has of a recording, but for its frames."""

    path: Path
    name: str
    stamp: str
    sha256: str
    model: str


@dataclass(slots=True)
class Update:
    """What an update came to: the recordings that were kept, made and dropped, and why some fail."""

    n_kept: int
    n_made: int
    n_dropped: int
    failures: dict[str, AudiophraseError]


def update(
    folder: Path,
    sounds: Sequence[Sound],
    *,
    model: str,
    embed: Callable[[Path | bytes], Frames],
    watch: Callable[[Sequence[Sound]], Iterable[Sound]] = iter,
) -> Update:
    """Bring an index to what there is: new and changed recordings in, those that are gone out.

    Args:
        model: the digest of the model; tables of another are made again.
        embed: the model's frames of a recording; AudiophraseError where it has none.
        watch: shows progress over the recordings that must be read.
    """
    by_name = {entry.name: entry for entry in entries(folder) if entry.model == model}
    names = {sound.name for sound in sounds}
    spare = {entry.sha256: entry for name, entry in by_name.items() if name not in names}
    waiting = [s for s in sounds if s.name not in by_name or by_name[s.name].stamp != s.stamp]
    done = Update(len(sounds) - len(waiting), 0, 0, {})
    for sound in watch(waiting):
        try:
            _bring_up(folder, sound, by_name.get(sound.name), spare, model, embed)
            done.n_made += 1
        except ArtifactError:
            raise  # the index itself cannot be written
        except AudiophraseError as error:
            done.failures[sound.name] = error
    done.n_dropped = _drop_others(folder, names - done.failures.keys(), by_name)
    return done


def entries(folder: Path) -> Iterator[Entry]:
    """What an index has; a table that cannot be read is none of it."""
    for path in sorted(Path(folder).glob("*.parquet")):
        with suppress(pa.ArrowException, OSError, KeyError, TypeError, ValueError):
            provenance = json.loads(pq.read_schema(path).metadata[tables.PROVENANCE_KEY])
            values = provenance["settings"][SECTION]
            if provenance["stage"] == STAGE and path == _path(folder, values["name"]):
                yield Entry(path, *(values[key] for key in ("name", "stamp", "sha256", "model")))


def read(folder: Path, name: str) -> Frames:
    """The frames of a recording. Raises ArtifactError: the index does not have it, or it is damaged."""
    table, provenance = tables.read_with_provenance(_path(folder, name), stage=STAGE)
    values = provenance["settings"][SECTION]
    column = table.column("frame").combine_chunks()
    frames = column.flatten().to_numpy().reshape(len(column), column.type.list_size)
    return Frames(frames, values["hop_s"], values["duration_s"])


def write(folder: Path, sound: Sound, frames: Frames, *, sha256: str, model: str) -> None:
    """Put the frames of a recording into an index."""
    values = np.ascontiguousarray(frames.values, np.float32)
    column = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), values.shape[1])
    about = {
        "name": sound.name,
        "stamp": sound.stamp,
        "sha256": sha256,
        "model": model,
        "hop_s": frames.hop_s,
        "duration_s": frames.duration_s,
    }
    tables.write(
        _path(folder, sound.name),
        pa.table({"frame": column}),
        stage=STAGE,
        settings={SECTION: about},
    )


def _bring_up(
    folder: Path,
    sound: Sound,
    old: Entry | None,
    spare: dict[str, Entry],
    model: str,
    embed: Callable[[Path | bytes], Frames],
) -> None:
    """Make the table of one recording, out of one that has the same content where there is any."""
    content = sound.load()
    sha256 = _digest(content)
    same = old if old is not None and old.sha256 == sha256 else spare.get(sha256)
    frames = None
    if same is not None:
        with suppress(ArtifactError):
            frames = read(folder, same.name)
    write(folder, sound, frames or embed(content), sha256=sha256, model=model)


def _drop_others(folder: Path, names: set[str], by_name: dict[str, Entry]) -> int:
    """Remove all tables but those of `names`, and what a killed update left; how many were good."""
    kept = {_path(folder, name) for name in names}
    for path in [*Path(folder).glob("*.parquet"), *Path(folder).glob(".*.parquet.partial")]:
        if path not in kept:
            path.unlink(missing_ok=True)
    return len(by_name.keys() - names)


def _path(folder: Path, name: str) -> Path:
    return Path(folder) / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.parquet"


def _digest(content: Path | bytes) -> str:
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    digest = hashlib.sha256()
    try:
        with content.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise AudiophraseError(
            f"{content} cannot be read: {error.strerror}", "check its permissions"
        ) from None
    return digest.hexdigest()
