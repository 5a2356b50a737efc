"""What figures read, by the form of its path: the only place where a figure's files are opened.

| path | what `draw` is given |
|---|---|
| `….parquet` | a table (`pyarrow.Table`), its digest and settings checked |
| `….csv` | a data frame |
| `….json` | an object, its digest checked |
| with `{seed}` | one of these for each seed: seed (text) -> contents |
| with `{test_shard}` | log-mel spectra, or what the paper's front end is: clip id -> `Spectrum` |
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pyarrow as pa

from audiophrase import tables
from audiophrase.features.shards import column_of_frames, read_shard
from audiophrase.settings import Settings


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Log-mel spectrum of one clip, or other frames of it."""

    log_mel: np.ndarray  # (T, n_mels)
    hop_s: float


class ShardSpectra(Mapping[str, Spectrum]):
    """Spectra by clip id, those of clips without audio left out.

    A shard is read when a clip of it is asked for: all of a split may be more than memory holds.
    """

    def __init__(self, shards: Sequence[Path], settings: Settings) -> None:
        """Raises ArtifactError, as reading does."""
        self._settings = settings
        self._shard_of = {
            row["clip_id"]: shard
            for shard in shards
            for row in self._read(shard).select(["clip_id", "n_frames"]).to_pylist()
            if row["n_frames"]
        }

    def _read(self, shard: Path) -> pa.Table:
        return read_shard(shard, self._settings)

    def __getitem__(self, clip_id: str) -> Spectrum:
        table = self._read(self._shard_of[clip_id])
        index = table["clip_id"].to_pylist().index(clip_id)
        n_frames, hop_s = table["n_frames"][index].as_py(), table["hop_s"][index].as_py()
        frames = table[column_of_frames(table)][index].values.to_numpy()
        return Spectrum(frames.reshape(n_frames, -1), hop_s)

    def __contains__(self, clip_id: object) -> bool:
        return clip_id in self._shard_of  # not by reading it

    def __iter__(self) -> Iterator[str]:
        return iter(self._shard_of)

    def __len__(self) -> int:
        return len(self._shard_of)


def read(form: str, paths: Sequence[Path], settings: Settings) -> Any:
    """The contents of an input.

    Args:
        form: its path as the figure states it, with placeholders.
        paths: the files, more than one only where the form says so.

    Raises:
        ArtifactError: a file is missing, damaged, or made with other settings.
    """
    if "{test_shard}" in form:
        return ShardSpectra(paths, settings)
    if "{seed}" in form:
        return {
            path.parent.name.removeprefix("seed-"): _contents(form, path, settings)
            for path in paths
        }
    (path,) = paths
    return _contents(form, path, settings)


def _contents(form: str, path: Path, settings: Settings) -> Any:
    match PurePosixPath(form).suffix:
        case ".parquet":
            return tables.read(path, stage=_stage(form), settings=settings)
        case ".csv":
            return tables.read_csv(path)
        case ".json":
            return tables.read_json(path)
    raise ValueError(f"{form}: no figure can read such a file")


def _stage(form: str) -> str:
    """The stage that a table is of: `annotations.captions` in data/{dataset}/, `sed_scores` in a run."""
    top, _, *parts = PurePosixPath(form).with_suffix("").parts
    return ".".join(parts) if top == "data" else parts[-1]
