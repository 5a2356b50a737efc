"""Features too large for memory, in a file: a Parquet shard cannot be read a clip at a time."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor

from audiophrase import tables

Place = tuple[int, tuple[int, ...]]  # first byte and shape


class Unpacked(Sequence[Tensor]):
    """Frames (T, F) of clips, each read when it is asked for; what was read is the caller's alone.

    The file has no name: it goes when the process does. It is not mapped into memory, where each
    page that was ever read would count as the process's own.
    """

    def __init__(self, file: BinaryIO, places: list[Place], folder: Path) -> None:
        self._file, self._places, self._folder = file, places, folder

    @classmethod
    def empty(cls, folder: Path, n_bytes: int) -> "Unpacked":
        """None yet, and room for all of them."""
        with tables.writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            # Not buffered: what was written can be read.
            file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - see above
            # Not a sparse file, of which a full disk would only be noticed on the way.
            os.posix_fallocate(file.fileno(), 0, max(n_bytes, 1))
        return cls(file, [], folder)

    def append(self, frames: np.ndarray) -> None:
        """Write the next one: (T, F) float32. Raises ArtifactError."""
        content = memoryview(np.ascontiguousarray(frames, np.float32)).cast("B")
        self._places.append((self._file.tell(), frames.shape))
        with tables.writing(self._folder):
            while content:  # the system may take a part at a time
                content = content[self._file.write(content) :]

    def select(self, numbers: Sequence[int]) -> "Unpacked":
        """Some of the clips, in this order, out of the same file."""
        return Unpacked(self._file, [self._places[number] for number in numbers], self._folder)

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, number: int) -> Tensor:
        first, shape = self._places[number]
        values = np.empty(shape, np.float32)
        n_read = os.preadv(self._file.fileno(), [values], first)
        if n_read != values.nbytes:
            raise OSError(f"read {n_read} of {values.nbytes} bytes of unpacked features")
        return torch.from_numpy(values)
