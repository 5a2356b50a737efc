"""Table and figure say that the one threshold which they tell numbers at is not the paper's."""

import matplotlib.text
import pandas as pd
import pytest

from audiophrase.report.figures import sed_thresholds
from audiophrase.report.tables import sed_table


@pytest.mark.parametrize("annotations", ["audiogrounding", "files"])
def test_the_table_says_whose_the_threshold_is(make_measures, annotations):
    notes = " ".join(sed_table(make_measures(annotations=annotations)).notes)
    assert "is our choice (`evaluate.sed.reported_threshold`)" in notes


def test_the_figure_says_whose_the_threshold_is(make_metrics):
    curves = {"aggregation": ["mean", "max", "random"], "threshold": [0.5] * 3}
    curves = pd.DataFrame(curves | dict.fromkeys(("precision", "recall", "f1"), [0.5] * 3))
    summary = {"measures": make_metrics()["sed"]}
    figure = sed_thresholds.draw(
        curves=curves, summary=summary, settings={}, audio="rendered", beside_paper=True
    )
    shown = [text.get_text() for text in figure.findobj(matplotlib.text.Text)]
    assert "0.5, our choice" in shown
    assert "it is our choice" in sed_thresholds.CAPTION
