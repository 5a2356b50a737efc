"""The table of leakage: how many clips two splits, or two sets of a study, share, and which."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd

from audiophrase.clips.leakage import AUDIO, SCHEMA, TRAIN, VIDEO, Place, left_out
from audiophrase.report.cells import Block, Table
from audiophrase.splits import SPLITS

MAX_LISTED = 50

TITLE = "Leakage: recordings in more than one split"
COLUMNS = tuple(SCHEMA.names)
_KINDS = {VIDEO: "same video", AUDIO: "same audio"}
_METHOD = (
    "Compared are the clips with usable audio. Same video: sections of one video count, whether they "
    "overlap or not. Same audio: the decoded samples are equal to the last bit, under whatever "
    "names. Not noticed is the same sound encoded again with losses, at another rate or level, or cut "
    "otherwise, unless it comes from one video."
)

Row = Mapping[str, Any]


def leakage_table(
    rows: Sequence[Row],
    *,
    splits: Mapping[str, Sequence[str]],
    exclude_leaks: bool,
    names: Mapping[str, str] | None = None,
) -> Table:
    """A line for each two splits, or sets within a split, and the first pairs one by one.

    Args:
        rows: of `clips.leakage.SCHEMA`.
        splits: the data sets that each split comes from.
        exclude_leaks: whether training clips that leak are left out of training.
        names: clip id -> name, as `clips.file_names` returns it, for people to read.
    """
    is_study = len({dataset for sets in splits.values() for dataset in sets}) > 1
    blocks = [Block("", pd.DataFrame(list(_count_lines(rows, splits, is_study))))]
    if rows:
        n_more = len(rows) - MAX_LISTED
        heading = f"The first {MAX_LISTED} of {len(rows):,} pairs" if n_more > 0 else "All pairs"
        listed = [_pair_line(row, is_study, names or {}) for row in rows[:MAX_LISTED]]
        blocks.append(Block(heading, pd.DataFrame(listed)))
    tidy = pd.DataFrame(list(rows), columns=COLUMNS)
    return Table(TITLE, (_verdict(rows, exclude_leaks), _METHOD), tuple(blocks), tidy)


def _verdict(rows: Sequence[Row], exclude_leaks: bool) -> str:
    """What it comes to, in a sentence or two."""
    n_leaking = len({row["clip_id"] for row in rows if row["split"] == TRAIN != row["other_split"]})
    if not n_leaking:
        held = any(row["split"] != row["other_split"] for row in rows)
        between = "" if held else ", and val and test have none in common"
        return f"No recording of the training split is in val or test{between}."
    are = "clip has its" if n_leaking == 1 else "clips have their"
    said = f"{n_leaking:,} training {are} recording in val or test, too."
    if exclude_leaks:
        n_left_out = len(left_out(rows))
        verb = "was" if n_left_out == 1 else "were"
        return (
            f"{said} {n_left_out:,} {verb} left out of training (exclude_leaks: true); val and test "
            "are as they were."
        )
    they = "It is" if n_leaking == 1 else "They are"
    them = "it" if n_leaking == 1 else "them"
    return (
        f"{said} {they} trained on all the same: exclude_leaks: true in the data set's entry leaves "
        f"{them} out."
    )


def _count_lines(
    rows: Sequence[Row], splits: Mapping[str, Sequence[str]], is_study: bool
) -> Iterator[dict[str, str]]:
    places = [(split, name) for split in SPLITS for name in splits[split]]
    for one, other in combinations(places, 2):
        between = [row for row in rows if _places(row) == (one, other)]
        line = {"between": _name(one, is_study), "and": _name(other, is_study)}
        for kind, label in _KINDS.items():
            line[f"pairs of the {label}"] = f"{sum(row['kind'] == kind for row in between):,}"
        line["clips of the first"] = f"{len({row['clip_id'] for row in between}):,}"
        line["clips of the second"] = f"{len({row['other_clip_id'] for row in between}):,}"
        line["left out of training"] = f"{len(left_out(between)):,}"
        yield line


def _places(row: Row) -> tuple[Place, Place]:
    return (row["split"], row["dataset"]), (row["other_split"], row["other_dataset"])


def _name(place: Place, is_study: bool) -> str:
    split, dataset = place
    return f"{split} ({dataset})" if is_study else split


def _pair_line(row: Row, is_study: bool, names: Mapping[str, str]) -> dict[str, str]:
    one, other = _places(row)
    overlap_s = row["overlap_s"]
    return {
        "clip": names.get(row["clip_id"], row["clip_id"]),
        "of": _name(one, is_study),
        "and clip": names.get(row["other_clip_id"], row["other_clip_id"]),
        "of ": _name(other, is_study),
        "share": _KINDS[row["kind"]],
        "overlap (s)": "" if overlap_s is None else f"{overlap_s:g}",
    }
