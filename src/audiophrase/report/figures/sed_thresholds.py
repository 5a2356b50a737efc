"""Detection against the threshold (Figure 3): precision, recall and F1."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.evaluate.rows import BASELINES
from audiophrase.report.cells import NAMES, NO_PHRASES_NOTE, threshold_told
from audiophrase.report.metrics import reported_threshold
from audiophrase.report.pictures import Said
from audiophrase.report.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    VERMILLION,
    canvas,
    look,
    nothing_to_show,
)

if TYPE_CHECKING:
    import pandas as pd

PLACE = 20
TITLE = "Detection against the threshold (as in the paper's Figure 3)"
CAPTION = (
    "Precision, recall and F1 over all frames of all clip-phrase pairs of the test split. "
    "Mean and max say how the similarities of a phrase's words are joined; random scores "
    "and a detector that is always on know nothing of the sound. Hollow marks show the best F1, "
    "read off the exact curve. The dotted line is the threshold that the tables' numbers are taken at: "
    "it is our choice, as the one that the paper quotes is not known to us."
)
ALT = "Precision, recall and F1 against the threshold for mean, max and random scores."
READS = {
    "curves": "results/{dataset}/runs/paper/seed-{first_seed}/sed_curve.csv",
    "summary": "results/{dataset}/runs/paper/seed-{first_seed}/sed.json",
}
NEEDS_PHRASES = True

# Mean and max lie close together: the dashes let both be seen.
_LINE_OF_SCORES = {
    "mean": {"color": BLUE, "linestyle": "-"},
    "max": {"color": VERMILLION, "linestyle": (0, (4, 2))},
    "random": {"color": GREEN, "linestyle": "-"},
}
_LABELS = {"f1": "F1"}
_MARKS = "os^D"
_OTHER_LINE = {"color": BLACK, "linestyle": "-"}


@look()
def draw(
    *,
    curves: "pd.DataFrame",
    summary: Mapping[str, Any],
    settings: Mapping[str, Any],
    audio: str,
    beside_paper: bool,
) -> Figure:
    """A panel a measure, in each a line for each kind of scores.

    Args:
        curves: aggregation, threshold, precision, recall, f1.
        summary: with the measures by kind of scores, of which always_on is drawn as a line.
    """
    sed = summary["measures"]
    if not sed:
        return nothing_to_show(NO_PHRASES_NOTE, audio=audio)
    figure = canvas(3.1, audio=audio)
    panels = figure.subplots(1, 3, sharex=True, sharey=True)
    threshold = reported_threshold(sed)
    for axes, measure in zip(panels, ("precision", "recall", "f1"), strict=True):
        for name, curve in curves.groupby("aggregation", sort=False):
            line = _LINE_OF_SCORES.get(name, _OTHER_LINE)
            axes.plot(curve["threshold"], curve[measure], label=name, **line)
        always_on = sed["always_on"][f"{measure}_at_{threshold}"]
        axes.axhline(always_on, color=GREY, linewidth=1.0, linestyle="-.", label="always on")
        ours = f"{threshold}, our choice"
        axes.axvline(float(threshold), color=GREY, linewidth=0.8, linestyle=":", label=ours)
        axes.set_title(_LABELS.get(measure, measure))
        axes.set_xlabel("threshold")
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, 1.05)
    panels[0].set_ylabel("precision, recall, F1 over frames")
    names = list(curves["aggregation"].unique())
    _mark_best(panels[2], names, sed)
    figure.said = Said(_in_words(names, sed, threshold))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=len(labels))
    return figure


def _in_words(names: Sequence[str], sed: Mapping[str, Any], threshold: str) -> str:
    measures = ("precision", "recall", "f1")
    parts = []
    for name in (*names, "always_on"):
        at = ", ".join(
            f"{_LABELS.get(measure, measure)} {sed[name][f'{measure}_at_{threshold}']:.2f}"
            for measure in measures
        )
        best = "" if name in BASELINES else f", best {_best(sed[name])}"
        parts.append(f"{NAMES.get(name, name)} {at}{best}")
    return f"At threshold {threshold}: {'; '.join(parts)}."


def _best(measures: Mapping[str, Any]) -> str:
    return f"{measures['best_f1']:.2f} at {threshold_told(measures['best_threshold'])}"


def _mark_best(axes: Axes, names: Sequence[str], sed: Mapping[str, Any]) -> None:
    """The best F1 of each model's scores: a mark, and its numbers in the panel's empty corner.

    The marks are hollow, each larger than the last, so that none hides another or a line.
    """
    lines = []
    for index, name in enumerate(name for name in names if name not in BASELINES):
        best, threshold = sed[name]["best_f1"], sed[name]["best_threshold"]
        colour = _LINE_OF_SCORES.get(name, _OTHER_LINE)["color"]
        mark = {"marker": _MARKS[index % len(_MARKS)], "markersize": 7 + 3 * index, "zorder": 3}
        axes.plot(
            threshold, best, linestyle="", markerfacecolor="none", markeredgecolor=colour,
            markeredgewidth=1.4, clip_on=False, **mark,
        )  # fmt: skip
        lines.append((f"{name}: best {_best(sed[name])}", colour))
    for line, (text, colour) in enumerate(reversed(lines)):
        axes.text(
            0.04,
            0.05 + 0.09 * line,
            text,
            color=colour,
            transform=axes.transAxes,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )
