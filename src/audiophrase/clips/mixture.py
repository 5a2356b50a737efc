"""Clips from several sources in an order of preference: a folder of audio files, and YouTube."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiophrase.clips import local
from audiophrase.clips.archive import Matches
from audiophrase.clips.availability import USABLE
from audiophrase.clips.folder import list_files
from audiophrase.clips.parameters import ClipParams

Clip = Mapping[str, Any]
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """The sources of a data set's clips, the preferred one first, and the files of its folder."""

    order: tuple[str, ...]
    folder: Path | None
    names: tuple[str, ...]

    @classmethod
    def of(cls, order: Sequence[str], folder: str | Path | None) -> "Sources":
        """List the folder's files, where it is a source. Raises AudiophraseError."""
        if "local" not in order:
            return cls(tuple(order), None, ())
        return cls(tuple(order), Path(folder), tuple(list_files(Path(folder))))

    def matches(self, clips: Iterable[Clip]) -> Matches:
        """Which of the folder's files hold which clips, those of the data set being all `clips`."""
        return Matches(self.names, clips)

    def to_ask(self, clips: Sequence[Clip]) -> list[Clip]:
        """The clips that YouTube is to be asked for: all, but those that a preferred folder holds.

        Args:
            clips: all rows of clips.parquet.

        Raises:
            AudiophraseError: several files could be the same clip's.
        """
        if "youtube" not in self.order:
            return []
        if "local" not in self.order[: self.order.index("youtube")]:
            return list(clips)
        matches = self.matches(clips)
        return [clip for clip in clips if matches.find(clip) is None]

    def row(
        self, clip: Clip, matches: Matches, params: ClipParams, youtube: Callable[[], Row]
    ) -> Row:
        """The shard row of a clip; it names its source where there are several."""
        if self.order == ("youtube",):
            return youtube()

        def from_folder() -> Row | None:
            if matches.find(clip) is None:
                return None
            return local.clip_row(self.folder, matches, clip, params)

        return choose(self.order, {"local": from_folder, "youtube": youtube})


def choose(sources: Sequence[str], rows: Mapping[str, Callable[[], Row | None]]) -> Row:
    """The shard row of a clip from the first source that has it, with that `source` in it.

    A file of the folder counts as had, whatever its state, so that a damaged one is told and not
    passed over. What YouTube could not give is looked for in the sources behind it.

    Args:
        rows: for each source, what makes the clip's row; the folder's may say None: no file.
    """
    kept: Row | None = None
    for source in sources:
        row = rows[source]()
        if row is None:
            continue
        row = row | {"source": source}
        if source == "local" or row["state"] in USABLE:
            return row
        kept = kept or row
    if kept is None:
        raise ValueError(f"none of the sources {', '.join(sources)} says anything of the clip")
    return kept
