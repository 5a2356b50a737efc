"""The axis of epochs has whole numbers alone, however few epochs there were."""

import pandas as pd
import pytest

from audiophrase.report.figures import training


@pytest.mark.parametrize("n_epochs", [1, 2, 6])
def test_epochs_are_whole_numbers(n_epochs):
    history = pd.DataFrame(
        {
            "epoch": range(1, n_epochs + 1),
            "learning_rate": 0.001,
            "train_loss": 2.0,
            "val_loss": [2 - 0.1 * n for n in range(n_epochs)],
        }
    )
    figure = training.draw(
        histories={"1": history}, settings={}, audio="recorded", beside_paper=False
    )
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    shown = [tick for tick in axes.get_xticks() if low <= tick <= high]
    assert shown
    assert all(tick == round(tick) for tick in shown)
