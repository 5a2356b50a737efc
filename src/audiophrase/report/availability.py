"""What the audit and the report show of a table of availability."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from audiophrase.clips import audit
from audiophrase.clips.availability import USABLE
from audiophrase.report import paper
from audiophrase.report.cells import Block, Table, rendered_note
from audiophrase.splits import SPLITS

MAX_LISTED = 200

Row = Mapping[str, Any]

UNRESOLVED_NOTE = (
    "Of unresolved clips nothing is known: the network, YouTube's limits or the tools were in the "
    "way, or no reason was given. They count as unusable here; a later re-check may win them."
)
SO_FAR_NOTE = "Unresolved are, too, answers that do not count yet, for want of a canary that plays after them."


def availability_table(rows: Sequence[Row], *, audio: str, beside_paper: bool) -> Table:
    """Clips by split, beside the paper's if asked for, then by state and reason, then by source if
    there are several; `tidy` is a row for each state, reason and split.
    """
    kinds = audit.counts_by_kind(rows)
    blocks = [
        Block("By split", pd.DataFrame(_split_lines(rows, beside_paper=beside_paper))),
        Block("By state and reason", pd.DataFrame(_kind_lines(kinds, len(rows)))),
    ]
    if len({row["source"] for row in rows}) > 1:
        blocks.append(Block("By source", pd.DataFrame(_source_lines(rows))))
    notes = rendered_note(audio)
    if any(state == "unresolved" for state, _ in kinds):
        notes += (UNRESOLVED_NOTE,)
    tidy = pd.DataFrame(
        [
            {"audio": audio, "state": state, "reason": reason, "split": split, "clips": n}
            for (state, reason), by_split in kinds.items()
            for split, n in by_split.items()
        ]
    )
    return Table("Availability of the clips", notes, tuple(blocks), tidy)


def so_far_blocks(
    rows: Sequence[Row],
    n_clips: Mapping[str, int],
    n_left: Mapping[str, int],
    *,
    beside_paper: bool,
) -> tuple[Block, ...]:
    """How far fetching has come by split, and what was said of the clips that were tried.

    Args:
        rows: of the clips that were tried.
        n_clips: to be had, by split.
        n_left: of them, those yet to be tried, for the first time or again.
    """
    counts = audit.counts_by_split(rows)
    lines = []
    for name, splits in (*((split, (split,)) for split in SPLITS), ("all", SPLITS)):
        n_all = sum(n_clips.get(split, 0) for split in splits)
        n_tried, n_usable, n_unresolved = (
            sum(getattr(counts[split], key) for split in splits)
            for key in ("n_annotated", "n_usable", "n_unresolved")
        )
        if not n_all and not beside_paper:
            continue
        line = {
            "split": name,
            "fetched": _share(n_usable, n_all),
            "not to be had": f"{n_tried - n_usable - n_unresolved:,}",
            "unresolved": f"{n_unresolved:,}",
            "not tried yet": f"{n_all - n_tried:,}",
            "still to try": f"{sum(n_left.get(split, 0) for split in splits):,}",
        }
        if beside_paper:
            line["usable, published"] = _share(*_of_paper(splits))
        lines.append(line)
    blocks = [Block("By split", pd.DataFrame(lines))]
    if rows:
        kinds = _kind_lines(audit.counts_by_kind(rows), sum(n_clips.values()))
        blocks.append(Block("By state and reason", pd.DataFrame(kinds)))
    return tuple(blocks)


def difference_blocks(
    compared: audit.Difference, *, max_listed: int | None = None
) -> tuple[Block, ...]:
    """Two tables compared: the counts, then the clips of each kind of change."""
    groups = compared.groups()
    lines = [
        {"change": name}
        | {split: f"{sum(c.split == split for c in changes):,}" for split in SPLITS}
        | {"all": f"{len(changes):,}"}
        for name, changes in groups.items()
    ]
    lines.append({"change": "unchanged", "all": f"{compared.n_unchanged:,}"})
    blocks = [Block("Changes", pd.DataFrame(lines).fillna(""))]
    for name, changes in groups.items():
        listed = [
            {
                "clip": change.clip_id,
                "split": change.split or "",
                "old": audit.in_words(change.old),
                "new": audit.in_words(change.new),
            }
            for change in changes[:max_listed]
        ]
        if listed:
            rest = len(changes) - len(listed)
            heading = f"{name.capitalize()}: {len(changes):,}"
            heading += f" (the first {len(listed):,} of them)" if rest else ""
            blocks.append(Block(heading, pd.DataFrame(listed)))
    return tuple(blocks)


def _split_lines(rows: Sequence[Row], *, beside_paper: bool) -> list[dict[str, str]]:
    counts = audit.counts_by_split(rows)
    ours = {split: (count.n_annotated, count.n_usable) for split, count in counts.items()}
    lines = []
    for name, splits in (*((split, (split,)) for split in SPLITS), ("all", SPLITS)):
        n_annotated, n_usable = (sum(ours[split][i] for split in splits) for i in (0, 1))
        paper_usable, paper_annotated = _of_paper(splits)
        line = {
            "split": name,
            "usable": _share(n_usable, n_annotated),
            "of them short": f"{sum(counts[split].n_short for split in splits):,}",
            "usable, published": _share(paper_usable, paper_annotated),
            "unusable": f"{n_annotated - n_usable:,}",
            "of them unresolved": f"{sum(counts[split].n_unresolved for split in splits):,}",
            "unusable, published": f"{paper_annotated - paper_usable:,}",
        }
        if not beside_paper:
            if not n_annotated:
                continue  # a list of clips need not have all splits
            del line["usable, published"], line["unusable, published"]
        lines.append(line)
    return lines


def _of_paper(splits: Iterable[str]) -> tuple[int, int]:
    """The clips of some splits that the paper's authors had, and those that were annotated."""
    splits = tuple(splits)
    n_usable = sum(paper.DATASET[split]["clips"] for split in splits)
    return n_usable, sum(paper.N_ANNOTATED[split] for split in splits)


def _kind_lines(
    kinds: Mapping[audit.Kind, Mapping[str, int]], n_clips: int
) -> list[dict[str, str]]:
    return [
        {"state": state, "reason": reason, "usable": "yes" if state in USABLE else "no"}
        | {split: f"{n:,}" for split, n in by_split.items()}
        | {"all": f"{sum(by_split.values()):,}"}
        | {"share": f"{100 * sum(by_split.values()) / n_clips:.1f} %"}
        for (state, reason), by_split in kinds.items()
    ]


def _source_lines(rows: Iterable[Row]) -> list[dict[str, str]]:
    rows = list(rows)
    lines = []
    for source in sorted({row["source"] or "" for row in rows}):
        counts = audit.counts_by_split([row for row in rows if (row["source"] or "") == source])
        lines.append(
            {"source": source}
            | {split: _share(count.n_usable, count.n_annotated) for split, count in counts.items()}
        )
    return lines


def _share(n: int, n_all: int) -> str:
    return f"{n:,} of {n_all:,}" + (f" ({100 * n / n_all:.1f} %)" if n_all else "")
