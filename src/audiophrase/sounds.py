"""The recordings of a folder, or the clips of a data set, as a search goes through them."""

import os
import stat
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from audiophrase.errors import AudiophraseError
from audiophrase.sound_index import Sound

# Endings of audio; what has another is none of our business.
ENDINGS = {
    *(".wav", ".w64", ".rf64", ".aif", ".aiff", ".aifc", ".au", ".caf", ".flac"),
    *(".ogg", ".oga", ".opus", ".mp3", ".m4a", ".mp4", ".aac", ".wma", ".webm"),
}


def of_folder(folder: Path) -> list[Sound]:
    """Every audio file below a folder, by its path from there; what begins with a dot is left out.

    Links to files are followed, links to folders are not.
    """
    sounds = []
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(parent, name)
            if name.startswith(".") or path.suffix.lower() not in ENDINGS:
                continue
            try:
                about = path.stat()
            except OSError:
                continue  # a link to nothing, or a file that has just gone
            if stat.S_ISREG(about.st_mode):
                stamp = f"{about.st_size} bytes, changed {about.st_mtime_ns}"
                sounds.append(Sound(str(path.relative_to(folder)), stamp, partial(Path, path)))
    return sounds


def of_dataset(shards: list[Path]) -> list[Sound]:
    """Every clip of some shards that has audio, by its id."""
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
