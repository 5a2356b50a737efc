"""The recordings of a folder, or the clips of a data set, as a search goes through them."""

import os
from collections.abc import Iterable, Iterator
from functools import lru_cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audiophrase.errors import AudiophraseError
from audiophrase.sound_index.update import Sound


def of_files(folder: Path, paths: Iterable[Path]) -> list[Sound]:
    """Files below a folder, by their paths from there.

    The time at which anything of it changed is part of the stamp, too: whoever replaces a file can
    keep its size and time, and who gives leave to read it keeps both.
    """
    sounds = []
    for path in paths:
        try:
            about = path.stat()
            stamp = f"{about.st_size} bytes, changed {about.st_mtime_ns}, {about.st_ctime_ns}"
        except OSError:
            stamp = "not there"  # it has just gone, or is a link to nothing: reading it says so
        name = path.relative_to(folder).as_posix()
        sounds.append(Sound(name, stamp, partial(Path, os.fspath(path))))
    return sounds


def of_shards(shards: Iterable[Path]) -> list[Sound]:
    """Every clip of some shards that has audio, by its id. Raises AudiophraseError."""
    return [sound for shard in shards for sound in _of_shard(shard)]


def _of_shard(shard: Path) -> Iterator[Sound]:
    rows = _read(shard, "clip_id", "sha256", "n_samples").to_pylist()
    for number, row in enumerate(rows):
        if row["n_samples"]:
            yield Sound(row["clip_id"], row["sha256"], partial(_audio, shard, number))


def _audio(shard: Path, row: int) -> bytes:
    return _audio_column(shard)[row].as_py()["bytes"]


@lru_cache(maxsize=1)  # clips come shard by shard
def _audio_column(shard: Path) -> pa.ChunkedArray:
    return _read(shard, "audio").column("audio")


def _read(shard: Path, *columns: str) -> pa.Table:
    try:
        return pq.ParquetFile(shard).read(columns=list(columns), use_threads=False)
    except (pa.ArrowException, OSError, KeyError) as error:
        raise AudiophraseError(
            f"{shard} cannot be read: {str(error).splitlines()[0]}",
            "delete it and run `snakemake`: it is made again",
        ) from None
