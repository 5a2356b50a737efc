"""The figures of numbers: detection by threshold (Figure 3), training, and availability."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.clips.audit import Kind, counts_by_kind, counts_by_split
from audiophrase.clips.availability import USABLE, State
from audiophrase.report import paper
from audiophrase.report.cells import threshold_told
from audiophrase.report.metrics import reported_threshold
from audiophrase.report.style import (
    BLACK,
    BLUE,
    DASHES,
    GREEN,
    GREY,
    ORANGE,
    PALE,
    PURPLE,
    VERMILLION,
    canvas,
    look,
    wrap,
)
from audiophrase.settings import SPLITS

if TYPE_CHECKING:
    import pandas as pd

# Mean and max lie close together: the dashes let both be seen.
_LINE_OF_SCORES = {
    "mean": {"color": BLUE, "linestyle": "-"},
    "max": {"color": VERMILLION, "linestyle": (0, (4, 2))},
    "random": {"color": GREEN, "linestyle": "-"},
}
_OTHER_LINE = {"color": BLACK, "linestyle": "-"}
_COLOUR_OF_SPLIT = {"train": BLUE, "val": ORANGE, "test": PURPLE}


@look()
def sed_thresholds(curves: "pd.DataFrame", sed: Mapping[str, Any], *, audio: str) -> Figure:
    """Precision, recall and F1 against the threshold, for each kind of scores.

    Args:
        curves: aggregation, threshold, precision, recall, f1.
        sed: measures by kind of scores, of which always_on is drawn as a line.
    """
    figure = canvas(3.1, audio=audio)
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    threshold = reported_threshold(sed)
    for axes, measure in zip(panels, ("precision", "recall", "f1"), strict=True):
        for name, curve in curves.groupby("aggregation", sort=False):
            line = _LINE_OF_SCORES.get(name, _OTHER_LINE)
            axes.plot(curve["threshold"], curve[measure], label=name, **line)
        always_on = sed["always_on"][f"{measure}_at_{threshold}"]
        axes.axhline(always_on, color=GREY, linewidth=1.0, linestyle="-.", label="always on")
        axes.axvline(
            float(threshold), color=GREY, linewidth=0.8, linestyle=":", label="reported threshold"
        )
        axes.set_title({"f1": "F1"}.get(measure, measure))
        axes.set_xlabel("threshold")
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, 1.05)
    panels[0].set_ylabel("precision, recall, F1 over frames")
    _mark_best(panels[2], curves["aggregation"].unique(), sed)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels))
    return figure


def _mark_best(axes: Axes, names: Sequence[str], sed: Mapping[str, Any]) -> None:
    """The best F1 of each model's scores, told in the panel's empty corner."""
    told = []
    for name in names:
        if name == "random":
            continue
        best, threshold = sed[name]["best_f1"], sed[name]["best_threshold"]
        colour = _LINE_OF_SCORES.get(name, _OTHER_LINE)["color"]
        axes.plot(threshold, best, "o", color=colour, markersize=5, markeredgecolor="white")
        told.append((f"{name}: best {best:.2f} at {threshold_told(threshold)}", colour))
    for line, (text, colour) in enumerate(reversed(told)):
        axes.text(
            0.04,
            0.05 + 0.09 * line,
            text,
            color=colour,
            transform=axes.transAxes,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )


@look()
def training(histories: Mapping[int, "pd.DataFrame"], *, audio: str) -> Figure:
    """Training and validation loss by epoch, one line a seed.

    Args:
        histories: epoch, learning_rate, train_loss and val_loss of each seed.
    """
    figure = canvas(3.2, audio=audio)
    axes = figure.subplots()
    lines = (("train_loss", "training", BLUE), ("val_loss", "validation", VERMILLION))
    for index, (seed, history) in enumerate(histories.items()):
        of_seed = f", seed {seed}" if len(histories) > 1 else ""
        for column, label, colour in lines:
            axes.plot(
                history["epoch"],
                history[column],
                color=colour,
                linestyle=DASHES[index % len(DASHES)],
                linewidth=1.2,
                marker=".",
                markersize=3,
                label=label + of_seed,
            )
    _mark_epochs(axes, list(histories.values()))
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("epoch")
    axes.set_ylabel("loss (eq. 4)")
    figure.legend(loc="outside right upper")
    return figure


def _mark_epochs(axes: Axes, histories: Sequence["pd.DataFrame"]) -> None:
    """Marks at the epoch each seed's weights are of, and where the learning rate fell."""
    import pandas as pd  # as the histories are its tables; the other figures do without

    # Of equal losses the last epoch's weights are kept.
    best = pd.concat([of[of["val_loss"] == of["val_loss"].min()].iloc[-1:] for of in histories])
    lowered = pd.concat([of[of["learning_rate"].diff() < 0] for of in histories])
    ring = {"marker": "o", "markersize": 9, "markerfacecolor": "none", "markeredgecolor": BLACK}
    axes.plot(best["epoch"], best["val_loss"], linestyle="", label="best epoch (kept)", **ring)
    if len(lowered):
        wedge = {"marker": "v", "markersize": 7, "color": GREEN}
        label = "learning rate lowered"
        axes.plot(lowered["epoch"], lowered["val_loss"], linestyle="", label=label, **wedge)


@look()
def availability(rows: Sequence[Mapping[str, Any]], *, audio: str, beside_paper: bool) -> Figure:
    """Clips with usable audio by split, beside the paper's or not, and why the others have none."""
    kinds = {
        kind: by_split for kind, by_split in counts_by_kind(rows).items() if kind[0] not in USABLE
    }
    heights_in = [1.9, 0.9 + 0.21 * (len(kinds) + 2)]
    figure = canvas(sum(heights_in) + 0.4, audio=audio)
    upper, lower = figure.subplots(2, 1, height_ratios=heights_in)
    _draw_shares(upper, rows, beside_paper=beside_paper)
    _draw_reasons(lower, kinds, beside_paper=beside_paper)
    return figure


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
            _share_bar(axes, index + 0.2, n_theirs, n_annotated, GREY, prefix="paper: ")
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
    sums = {split: sum(of[split] for of in kinds.values()) for split in SPLITS}
    theirs = {split: paper.N_ANNOTATED[split] - paper.DATASET[split]["clips"] for split in SPLITS}
    labels = [wrap(_label(kind), 44, max_lines=1) for kind in kinds]
    below = {"all": sums} | ({"paper, whatever the reason": theirs} if beside_paper else {})
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
