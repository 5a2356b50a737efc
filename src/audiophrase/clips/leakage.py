"""Leakage: recordings that stand in more than one split, or in more than one of the sets of a study.

Two clips share a recording if they are sections of one video, whether these overlap or not, or if
their samples are the same to the last bit, whatever their files are called. The same sound at
another rate, level or bit depth, cut a little otherwise, or encoded again with losses has other
samples: if it does not come from one video, nothing is noticed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import pyarrow as pa

from audiophrase.annotations.clip_names import named_clip
from audiophrase.splits import SPLITS

VIDEO, AUDIO = "video", "audio"  # kinds of leaks
TRAIN = "train"
MAX_PAIRS = (
    10_000  # of clips of one recording in two places; of more, each clip is listed once at least
)

SCHEMA = pa.schema(
    [
        ("kind", pa.string()),
        ("dataset", pa.string()),
        ("split", pa.string()),
        ("clip_id", pa.string()),
        ("other_dataset", pa.string()),
        ("other_split", pa.string()),
        ("other_clip_id", pa.string()),
        ("overlap_s", pa.float64()),  # of the two sections of a video; null where not known
        ("left_out", pa.bool_()),  # whether the first of them is left out of training
    ]
)

Place = tuple[str, str]
"""A split and the data set that it comes from."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A clip that is used, and what tells its recording."""

    dataset: str
    split: str
    clip_id: str
    video: str | None  # None: its id says nothing beyond its own set
    start_s: float | None
    end_s: float | None
    digest: str  # of its samples

    @property
    def place(self) -> Place:
        return self.split, self.dataset


def recorded(clip: Mapping[str, Any], dataset: str, digest: str) -> Recorded:
    """A row of the table of clips with what its audio is like.

    The id of a whole file of any name is made of that name, and so names no video: in another
    folder the same name may be another sound.
    """
    is_file_name = clip["start_s"] is None and _is_made_of_name(clip)
    return Recorded(
        dataset,
        clip["split"],
        clip["clip_id"],
        None if is_file_name else clip["youtube_id"],
        clip["start_s"],
        clip["end_s"],
        digest,
    )


def _is_made_of_name(clip: Mapping[str, Any]) -> bool:
    try:
        return named_clip(clip["filename"]).youtube_id == clip["youtube_id"]
    except ValueError:
        return False


def leaks(clips: Iterable[Recorded], *, exclude: bool) -> list[dict[str, Any]]:
    """Rows of `SCHEMA`: pairs of clips of one recording in two places, the training clip first.

    Args:
        exclude: whether training clips that val or test have, too, are left out.
    """
    by_key: dict[tuple[str, str], dict[Place, list[Recorded]]] = {}
    for clip in clips:
        for kind, key in ((VIDEO, clip.video), (AUDIO, clip.digest)):
            if key is not None:
                by_key.setdefault((kind, key), {}).setdefault(clip.place, []).append(clip)
    rows = []
    for (kind, _), by_place in sorted(by_key.items()):
        for one, other in combinations(sorted(by_place, key=_order), 2):
            is_left_out = exclude and one[0] == TRAIN != other[0]
            for clip, twin in _pairs(by_place[one], by_place[other]):
                rows.append(
                    {
                        "kind": kind,
                        "dataset": clip.dataset,
                        "split": clip.split,
                        "clip_id": clip.clip_id,
                        "other_dataset": twin.dataset,
                        "other_split": twin.split,
                        "other_clip_id": twin.clip_id,
                        "overlap_s": _overlap_s(clip, twin) if kind == VIDEO else None,
                        "left_out": is_left_out,
                    }
                )
    return rows


def _order(place: Place) -> tuple[int, str]:
    return SPLITS.index(place[0]), place[1]


def _pairs(
    clips: Sequence[Recorded], others: Sequence[Recorded]
) -> Iterator[tuple[Recorded, Recorded]]:
    """All pairs, or where they are too many as few as name every clip."""
    if len(clips) * len(others) <= MAX_PAIRS:
        yield from product(clips, others)
        return
    for index in range(max(len(clips), len(others))):
        yield clips[index % len(clips)], others[index % len(others)]


def _overlap_s(one: Recorded, other: Recorded) -> float | None:
    """How long two sections of a video share; 0 where they do not touch."""
    if None in (one.start_s, one.end_s, other.start_s, other.end_s):
        return None
    shared_s = min(one.end_s, other.end_s) - max(one.start_s, other.start_s)
    return round(max(0.0, shared_s), 6)


def left_out(rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Ids of the training clips that are left out."""
    return {row["clip_id"] for row in rows if row["left_out"]}
