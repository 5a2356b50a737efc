"""What the log calls a clip, and what the data sets do: a clip in two of them is asked for once."""

from collections.abc import Iterable, Mapping
from typing import Any

from audiophrase.clip_ids import clip_id


def ledger_id(clip: Mapping[str, Any]) -> str:
    """What the log calls a row of clips.parquet: by video and times, whatever its id there."""
    if clip["start_s"] is None:
        return clip["clip_id"]
    return clip_id(clip["youtube_id"], clip["start_s"], clip["end_s"])


class Names:
    """Both names of the clips of a data set."""

    def __init__(self, clips: Iterable[Mapping[str, Any]]) -> None:
        """`clips` are rows of clips.parquet."""
        self.ids: dict[str, str] = {clip["clip_id"]: ledger_id(clip) for clip in clips}
        self._own: dict[str, list[str]] = {}
        for own, shared in self.ids.items():
            self._own.setdefault(shared, []).append(own)

    def of_dataset(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Of the log's rows those of the data set's clips, under the names it has for them."""
        return [
            {**row, "clip_id": own} for row in rows for own in self._own.get(row["clip_id"], ())
        ]

    def of_log(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Of the data set's rows those that the log may lack, under the names it has for them."""
        renamed = []
        for row in rows:
            shared = self.ids.get(row["clip_id"], row["clip_id"])
            if self._own.get(shared, [row["clip_id"]])[0] == row["clip_id"]:  # else told twice
                renamed.append({**row, "clip_id": shared})
        return renamed
