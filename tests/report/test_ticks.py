"""What stands at the ticks of an axis is the value there."""

import numpy as np

from audiophrase.report import style


def test_values_that_hardly_differ_are_written_whole():
    with style.look():
        figure = style.canvas(2.0, audio="recorded")
        axes = figure.subplots()
        axes.plot([1, 2], [2.00005, 2.001])
        figure.draw_without_rendering()
    lowest, highest = axes.get_ylim()
    labels = [float(label.get_text()) for label in axes.get_yticklabels()]
    assert len(labels) > 2
    np.testing.assert_allclose(labels, axes.get_yticks())
    assert min(labels) >= lowest - 0.001
    assert max(labels) <= highest + 0.001
    assert axes.yaxis.get_offset_text().get_text() == ""
