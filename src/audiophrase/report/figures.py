"""The figures of numbers: detection by threshold (Figure 3), training, and availability."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.clips.availability import USABLE, State
from audiophrase.params import SPLITS
from audiophrase.report import paper
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

# Mean and max lie close together: the dashes let both be seen.
_LINE_OF_SCORES = {
    "mean": {"color": BLUE, "linestyle": "-"},
    "max": {"color": VERMILLION, "linestyle": (0, (4, 2))},
    "random": {"color": GREEN, "linestyle": "-"},
}
_OTHER_LINE = {"color": BLACK, "linestyle": "-"}
_COLOUR_OF_SPLIT = {"train": BLUE, "val": ORANGE, "test": PURPLE}


@look()
def sed_thresholds(curves: pd.DataFrame, sed: Mapping[str, Any], *, audio: str) -> Figure:
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
        told.append((f"{name}: best {best:.2f} at {threshold:.2f}", colour))
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
def training(histories: Mapping[int, pd.DataFrame], *, audio: str) -> Figure:
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


def _mark_epochs(axes: Axes, histories: Sequence[pd.DataFrame]) -> None:
    """Marks at the epoch each seed's weights are of, and where the learning rate fell."""
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
def availability(rows: Sequence[Mapping[str, Any]], *, audio: str) -> Figure:
    """Clips with usable audio by split, beside the paper's, and why the others have none."""
    unusable = Counter((_reason(row), row["split"]) for row in rows if row["state"] not in USABLE)
    reasons = sorted({reason for reason, _ in unusable})
    figure = canvas(max(2.9, 1.4 + 0.24 * len(reasons)), audio=audio)
    left, right = figure.subplots(1, 2, width_ratios=[1.15, 1.0])
    _draw_shares(left, rows)
    _draw_reasons(right, unusable, reasons)
    if reasons:
        figure.legend(*right.get_legend_handles_labels(), loc="outside upper right", ncols=3)
    return figure


def _draw_shares(axes: Axes, rows: Sequence[Mapping[str, Any]]) -> None:
    states = Counter((row["split"], row["state"]) for row in rows)
    for index, split in enumerate(SPLITS):
        n_all = sum(n for (of_split, _), n in states.items() if of_split == split)
        n_short = states[split, State.OK_SHORT]
        n_usable = states[split, State.OK] + n_short
        note = f", {n_short:,} of them short" if n_short else ""
        _share_bar(axes, index - 0.2, n_usable, n_all, _COLOUR_OF_SPLIT[split], note=note)
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
        2.0,
        y,
        f"{prefix}{n_usable:,} of {n_all:,}{percent}{note}",
        va="center",
        fontsize=7.5,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2},
    )


def _draw_reasons(axes: Axes, unusable: Counter, reasons: Sequence[str]) -> None:
    axes.set_title("Clips without usable audio")
    if not reasons:
        axes.axis("off")
        axes.text(0.02, 0.9, "None: every annotated clip\nhas usable audio.", va="top")
        return
    left = np.zeros(len(reasons))
    for split in SPLITS:
        counts = np.array([unusable[reason, split] for reason in reasons])
        axes.barh(
            range(len(reasons)),
            counts,
            left=left,
            height=0.7,
            color=_COLOUR_OF_SPLIT[split],
            label=split,
        )
        left += counts
    for index, n in enumerate(left):
        axes.annotate(f"{n:.0f}", (n, index), (3, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(reasons)), [wrap(reason, 34, max_lines=2) for reason in reasons])
    axes.set_ylim(len(reasons) - 0.5, -0.5)
    axes.set_xlim(0.0, 1.12 * left.max())
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_xlabel("clips")


def _reason(row: Mapping[str, Any]) -> str:
    """`missing: private`, or the state alone where nothing adds to it."""
    state, reason = row["state"].replace("_", " "), row["reason"]
    told = reason.replace("-", " ") if reason else ""
    return state if told in ("", state, state.replace(" ", "-")) else f"{state}: {told}"
