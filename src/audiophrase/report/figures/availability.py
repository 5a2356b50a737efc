"""Clips with usable audio by split, beside the paper's or not, and why the others have none."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.clips.audit import Kind, counts_by_kind, counts_by_split
from audiophrase.clips.availability import USABLE, State
from audiophrase.report import paper
from audiophrase.report.pictures import Said
from audiophrase.report.style import BLACK, BLUE, GREY, ORANGE, PALE, PURPLE, canvas, look, wrap
from audiophrase.splits import SPLITS

PLACE = 50
TITLE = "Which clips could be had"
CAPTION = "Above, the share of annotated clips with usable audio; below, why the others have none."
CAPTION_OF_PAPER = (
    "Published: what the paper's authors could still download of AudioGrounding; how many clips they "
    "lacked is known, and not why."
)
ALT = "Share of usable clips by split, and counts of states and reasons."
READS = {"availability": "data/{dataset}/availability.parquet"}

_COLOUR_OF_SPLIT = {"train": BLUE, "val": ORANGE, "test": PURPLE}


@look()
def draw(
    *, availability: pa.Table, settings: Mapping[str, Any], audio: str, beside_paper: bool
) -> Figure:
    """Shares above, reasons below."""
    rows = availability.to_pylist()
    kinds = {
        kind: by_split for kind, by_split in counts_by_kind(rows).items() if kind[0] not in USABLE
    }
    heights_in = [1.9, 0.9 + 0.21 * (len(kinds) + 2)]
    figure = canvas(sum(heights_in) + 0.4, audio=audio)
    upper, lower = figure.subplots(2, 1, height_ratios=heights_in)
    _draw_shares(upper, rows, beside_paper=beside_paper)
    _draw_reasons(lower, kinds, beside_paper=beside_paper)
    figure.said = Said(_in_words(rows, kinds))
    return figure


def _in_words(rows: Sequence[Mapping[str, Any]], kinds: Mapping[Kind, Mapping[str, int]]) -> str:
    shares = [
        f"{split} {counts.n_usable:,} of {counts.n_annotated:,}"
        for split, counts in counts_by_split(rows).items()
    ]
    reasons = [f"{_label(kind)}, {sum(of_kind.values()):,}" for kind, of_kind in kinds.items()]
    without = f"Without it: {'; '.join(reasons)}." if reasons else "No clip is without it."
    return f"Clips with usable audio: {', '.join(shares)}. {without}"


def _draw_shares(axes: Axes, rows: Sequence[Mapping[str, Any]], *, beside_paper: bool) -> None:
    for index, (split, counts) in enumerate(counts_by_split(rows).items()):
        notes = []
        if counts.n_short:
            notes.append(f"; {counts.n_short:,} of them short")
        if counts.n_unresolved:
            notes.append(f"; {counts.n_unresolved:,} others unresolved")
        colour = _COLOUR_OF_SPLIT[split]
        y = index - 0.2 if beside_paper else index
        _share_bar(axes, y, counts.n_usable, counts.n_annotated, colour, note="".join(notes))
        if beside_paper:
            n_theirs, n_annotated = paper.DATASET[split]["clips"], paper.N_ANNOTATED[split]
            _share_bar(axes, index + 0.2, n_theirs, n_annotated, GREY, prefix="published: ")
    axes.set_yticks(range(len(SPLITS)), SPLITS)
    axes.set_ylim(len(SPLITS) - 0.5, -0.5)
    axes.set_xlim(0.0, 100.0)
    axes.set_xlabel("share of the annotated clips (%)")
    axes.set_title("Clips with usable audio")


def _share_bar(
    axes: Axes,
    y: float,
    n_usable: int,
    n_all: int,
    colour: str,
    *,
    prefix: str = "",
    note: str = "",
) -> None:
    """A share over the whole, its counts written inside."""
    share = 100.0 * n_usable / n_all if n_all else 0.0
    axes.barh(y, 100.0 if n_all else 0.0, height=0.36, color=PALE)
    axes.barh(y, share, height=0.36, color=colour)
    percent = f" ({share:.1f} %)" if n_all else ""
    # A white plate behind the text: the bar below it may be of any colour, or end there.
    axes.text(
        1.0,
        y,
        f"{prefix}{n_usable:,} of {n_all:,}{percent}{note}",
        va="center",
        fontsize=7.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
    )


def _draw_reasons(
    axes: Axes, kinds: Mapping[Kind, Mapping[str, int]], *, beside_paper: bool
) -> None:
    """A bar for each state and reason, parted by split; the numbers in columns beside them."""
    axes.set_title("Clips without usable audio")
    if not kinds:
        axes.axis("off")
        axes.text(0.0, 0.9, "None: every annotated clip has usable audio.", va="top")
        return
    left = np.zeros(len(kinds))
    hatches = ["////" if state == State.UNRESOLVED else "" for state, _ in kinds]
    for split in SPLITS:
        counts = np.array([by_split[split] for by_split in kinds.values()])
        colour = _COLOUR_OF_SPLIT[split]
        axes.barh(
            range(len(kinds)), counts, left=left, height=0.66, color=colour, hatch=hatches,
            edgecolor="white", linewidth=0.0,
        )  # fmt: skip
        left += counts
    sums = {split: sum(by_split[split] for by_split in kinds.values()) for split in SPLITS}
    theirs = {split: paper.N_ANNOTATED[split] - paper.DATASET[split]["clips"] for split in SPLITS}
    labels = [wrap(_label(kind), 44, max_lines=1) for kind in kinds]
    below = {"all": sums} | ({"published, whatever the reason": theirs} if beside_paper else {})
    _write_counts(axes, [*kinds.values(), *below.values()])
    axes.set_yticks(range(len(kinds) + len(below)), [*labels, *below])
    axes.tick_params(axis="y", length=0)
    axes.axhline(len(kinds) - 0.5, color=GREY, linewidth=0.6)
    axes.set_ylim(len(kinds) + len(below) - 0.5, -0.9)
    axes.set_xlim(0.0, 1.02 * left.max())
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("clips" + (" (hatched: unresolved, to be tried again)" if any(hatches) else ""))


def _write_counts(axes: Axes, lines: Sequence[Mapping[str, int]]) -> None:
    """Counts by split, a column each to the right of the axes, under the name of the split."""
    # In points from the edge, so that the columns keep their place however wide the axes become.
    place = {"textcoords": "offset points", "ha": "right", "va": "center"}
    place |= {"xycoords": axes.get_yaxis_transform(), "annotation_clip": False}
    for column, split in enumerate((*SPLITS, "all")):
        offset = (36 + 30 * column, 0)
        colour = _COLOUR_OF_SPLIT.get(split, BLACK)
        axes.annotate(split, (1.0, -0.9), offset, color=colour, weight="bold", **place)
        for y, by_split in enumerate(lines):
            n = sum(by_split.values()) if split == "all" else by_split[split]
            axes.annotate(f"{n:,}" if n else "–", (1.0, y), offset, **place)


def _label(kind: Kind) -> str:
    """`missing: private`, or the state alone where nothing adds to it."""
    state, reason = (part.replace("_", " ").replace("-", " ") for part in kind)
    return state if reason in ("", state) else f"{state}: {reason}"
