"""Training and validation loss by epoch."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.report.pictures import Said
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
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.set_xlabel("epoch")
    axes.set_ylabel("ranking loss")
    figure.legend(loc="outside right upper")
    figure.said = Said(" ".join(map(_in_words, histories.items())))
    return figure


def _in_words(of_seed: tuple[str, pd.DataFrame]) -> str:
    seed, history = of_seed
    first, last, best = history.iloc[0], history.iloc[-1], _best(history).iloc[0]
    return (
        f"Seed {seed}: from epoch {first['epoch']:.0f} to {last['epoch']:.0f} the training loss goes "
        f"from {first['train_loss']:.2f} to {last['train_loss']:.2f}, the validation loss from "
        f"{first['val_loss']:.2f} to {last['val_loss']:.2f}; it is lowest in epoch "
        f"{best['epoch']:.0f}, at {best['val_loss']:.2f}."
    )


def _best(history: pd.DataFrame) -> pd.DataFrame:
    """The row whose weights are kept: of equal losses the last."""
    return history[history["val_loss"] == history["val_loss"].min()].iloc[-1:]


def _mark_epochs(axes: Axes, histories: Sequence[pd.DataFrame]) -> None:
    """Marks at the epoch each seed's weights are of, and where the learning rate fell."""
    best = pd.concat(map(_best, histories))
    lowered = pd.concat([h[h["learning_rate"].diff() < 0] for h in histories])
    ring = {"marker": "o", "markersize": 9, "markerfacecolor": "none", "markeredgecolor": BLACK}
    axes.plot(best["epoch"], best["val_loss"], linestyle="", label="best epoch (kept)", **ring)
    if len(lowered):
        wedge = {"marker": "v", "markersize": 7, "color": GREEN}
        label = "learning rate lowered"
        axes.plot(lowered["epoch"], lowered["val_loss"], linestyle="", label=label, **wedge)
