"""Training and validation loss by epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.report.style import BLACK, BLUE, DASHES, GREEN, VERMILLION, canvas, look

PLACE = 40
TITLE = "Training"
CAPTION = (
    "The ranking loss by epoch; the paper's (equation 4) is about 2 where nothing is learnt. The "
    "weights of the epoch with the lowest validation loss are kept."
)
ALT = "Training and validation loss by epoch, with the best epoch marked."
READS = {"histories": "results/{dataset}/runs/paper/seed-{seed}/history.csv"}


@look()
def draw(
    *,
    histories: Mapping[str, pd.DataFrame],
    settings: Mapping[str, Any],
    audio: str,
    beside_paper: bool,
) -> Figure:
    """Two lines a seed.

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
    axes.set_ylabel("ranking loss")
    figure.legend(loc="outside right upper")
    return figure


def _mark_epochs(axes: Axes, histories: Sequence[pd.DataFrame]) -> None:
    """Marks at the epoch each seed's weights are of, and where the learning rate fell."""
    # Of equal losses the last epoch's weights are kept.
    best = pd.concat([h[h["val_loss"] == h["val_loss"].min()].iloc[-1:] for h in histories])
    lowered = pd.concat([h[h["learning_rate"].diff() < 0] for h in histories])
    ring = {"marker": "o", "markersize": 9, "markerfacecolor": "none", "markeredgecolor": BLACK}
    axes.plot(best["epoch"], best["val_loss"], linestyle="", label="best epoch (kept)", **ring)
    if len(lowered):
        wedge = {"marker": "v", "markersize": 7, "color": GREEN}
        label = "learning rate lowered"
        axes.plot(lowered["epoch"], lowered["val_loss"], linestyle="", label=label, **wedge)
