"""Rows of shards by clip, one shard at a time: all of a split may be more than memory holds."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa


class Rows:
    """Where each clip's row stands. Asked in the order of the shards, each is read twice, not more."""

    def __init__(
        self,
        shards: Sequence[Path],
        read: Callable[[Path], pa.Table],
        holds: Callable[[dict], bool],
    ) -> None:
        """
        Args:
            holds: whether a row, without its last column and its sound, is one of those to be had.

        Raises ArtifactError, as `read` does.
        """
        self._read, self._last = read, (Path(), pa.table({}))
        self._place: dict[str, tuple[Path, int]] = {}
        for shard in shards:
            table = self._table(shard)
            small = [
                name for name in table.column_names if not pa.types.is_nested(table[name].type)
            ]
            for index, row in enumerate(table.select(small).to_pylist()):
                if holds(row):
                    self._place[row["clip_id"]] = (shard, index)

    @property
    def clip_ids(self) -> list[str]:
        return list(self._place)

    def __contains__(self, clip_id: object) -> bool:
        return clip_id in self._place

    def __getitem__(self, clip_id: str) -> pa.Table:
        """The clip's row, a table of one."""
        shard, index = self._place[clip_id]
        return self._table(shard).slice(index, 1)

    def _table(self, shard: Path) -> pa.Table:
        if self._last[0] != shard:
            self._last = shard, self._read(shard)
        return self._last[1]
