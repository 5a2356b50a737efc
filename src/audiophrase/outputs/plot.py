"""The curves of phrases over a recording, as a picture."""

import itertools
import warnings
from collections.abc import Mapping, Sequence

import numpy as np

from audiophrase.outputs.segments import Segment
from audiophrase.outputs.text import one_line
from audiophrase.report import style

_PANEL_IN, _MARGIN_IN, _DPI = 1.1, 0.5, 150
_MAX_POINTS = 4000  # of a curve: more than a page has pixels
_TITLE_WIDTH = 100  # letters


@style.look()
def curves_png(
    times_s: np.ndarray,
    curves: Mapping[str, np.ndarray],
    segments: Sequence[Segment],
    threshold: float,
) -> bytes:
    """A panel a phrase: its similarity (T,) at `times_s` (T,), the threshold, and where it is heard."""
    figure = style.canvas(_MARGIN_IN + _PANEL_IN * len(curves), audio="recorded")
    panels = figure.subplots(len(curves), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    for number, (panel, (phrase, values)) in enumerate(zip(panels, curves.items(), strict=True)):
        colour = style.line_style(number)["color"]
        panel.plot(*_thinned(times_s, values), color=colour, linewidth=0.9)
        panel.axhline(threshold, color=style.GREY, linewidth=0.7, linestyle="--")
        for segment in segments:
            if segment.phrase == phrase:
                panel.axvspan(segment.onset_s, segment.offset_s, color=colour, alpha=0.18, lw=0)
        panel.set_title(style.wrap(one_line(phrase), _TITLE_WIDTH, max_lines=2))
    panels[-1].set_xlabel("time (s)")
    figure.supylabel("similarity", fontsize=8.5)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph", UserWarning)  # a box stands in its place
        return style.png(figure, dpi=_DPI)


def _thinned(times_s: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A long curve as the lowest and the highest value of each stretch, in the order of time."""
    if len(values) <= _MAX_POINTS:
        return times_s, values
    edges = np.linspace(0, len(values), _MAX_POINTS // 2 + 1).astype(int)
    kept = {
        first + position
        for first, last in itertools.pairwise(edges)
        for position in (values[first:last].argmin(), values[first:last].argmax())
    }
    index = np.array(sorted(kept))
    return times_s[index], values[index]
