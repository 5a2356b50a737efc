"""Draws docs/framework.svg: the paper's Figure 2, the framework, with the names of our modules.

`python docs/framework.py` writes it again; `python docs/framework.py PATH` writes it there, as a PNG if
its name ends so.
"""

import sys
from pathlib import Path
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path as Line

from audiophrase.report.style import (
    BLUE,
    GREEN,
    GREY,
    PURPLE,
    VERMILLION,
    WIDTH_IN,
    Drawn,
    look,
    png,
    svg,
)

HEIGHT_IN = 4.5
BOX_IN = (1.6, 0.78)
TEXT, AUDIO, TRAINING, EVALUATION = VERMILLION, BLUE, GREEN, PURPLE

Point = tuple[float, float]


class Box(NamedTuple):
    """Where it stands (its centre, in inches), its colour, and what it says."""

    at: Point
    colour: str
    name: str
    what: str
    module: str  # below src/audiophrase/


BOXES = {
    "caption": Box((0.9, 4.0), TEXT, "caption", "or a phrase of it", "annotations/"),
    "words": Box((2.75, 4.0), TEXT, "words", "N of them", "text/normalise.py"),
    "vectors": Box((4.6, 4.0), TEXT, "word vectors, frozen", "wₙ: N × D", "text/vectors.py"),
    "clip": Box((0.9, 2.9), AUDIO, "audio clip", "samples", "clips/"),
    "features": Box((2.75, 2.9), AUDIO, "log-mel spectrum", "T × 64", "features/log_mel.py"),
    "encoder": Box((4.6, 2.9), AUDIO, "CRNN", "aₜ: T × D", "model/encoders/crnn.py"),
    "matrix": Box(
        (6.6, 3.45), GREY, "similarities", "s⁺ₜₙ = max(0, aₜ · wₙ)", "model/similarity.py"
    ),
    "score": Box(
        (4.6, 1.6), TRAINING, "clip and caption", "S: mean over t and n", "model/similarity.py"
    ),
    "loss": Box(
        (2.75, 1.6), TRAINING, "ranking loss", "against impostors", "model/losses/triplet.py"
    ),
    "phrase": Box(
        (6.6, 1.6), EVALUATION, "frame and phrase", "mean over n, min-max", "model/similarity.py"
    ),
    "retrieval": Box(
        (4.6, 0.5), EVALUATION, "retrieval (Table 2)", "R@1, R@5", "evaluate/retrieval.py"
    ),
    "detection": Box(
        (6.6, 0.5), EVALUATION, "detection (Figure 3)", "threshold", "evaluate/sed.py"
    ),
}
_LEVEL = 2.27  # between audio and scores, where lines turn
# The corners of each arrow, the last one its head.
ARROWS: list[list[Point]] = [
    [(1.7, 4.0), (1.95, 4.0)],
    [(3.55, 4.0), (3.8, 4.0)],
    [(1.7, 2.9), (1.95, 2.9)],
    [(3.55, 2.9), (3.8, 2.9)],
    [(5.4, 4.0), (5.6, 4.0), (5.6, 3.6), (5.8, 3.6)],
    [(5.4, 2.9), (5.6, 2.9), (5.6, 3.3), (5.8, 3.3)],
    [(6.4, 3.06), (6.4, _LEVEL), (4.9, _LEVEL), (4.9, 1.99)],
    [(6.7, 3.06), (6.7, 1.99)],
    [(3.8, 1.6), (3.55, 1.6)],
    [(4.6, 1.21), (4.6, 0.89)],
    [(6.6, 1.21), (6.6, 0.89)],
]
GRADIENT: list[Point] = [(2.75, 1.99), (2.75, _LEVEL), (4.3, _LEVEL), (4.3, 2.51)]
_KEY = {"text": TEXT, "audio": AUDIO, "training": TRAINING, "evaluation": EVALUATION}


@look()
def draw() -> Drawn:
    """The diagram, to scale in inches."""
    figure = Drawn(figsize=(WIDTH_IN, HEIGHT_IN))
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH_IN), ylim=(0, HEIGHT_IN))
    axes.set_axis_off()
    for corners in ARROWS:
        _arrow(axes, corners, color="black")
    _arrow(axes, GRADIENT, color=TRAINING, linestyle=(0, (4, 2)))
    axes.text(2.85, _LEVEL + 0.07, "gradients (train.py)", color=TRAINING, fontsize=7.5)
    for key, box in BOXES.items():
        _box(axes, key, box)
    for line, (name, colour) in enumerate(_KEY.items()):
        y = 0.86 - 0.2 * line
        axes.plot([0.15, 0.35], [y, y], color=colour, linewidth=4, solid_capstyle="butt")
        axes.text(0.45, y, name, va="center", fontsize=7.5)
    return figure


def _box(axes: Axes, key: str, box: Box) -> None:
    (x, y), (width, height) = box.at, BOX_IN
    shape = FancyBboxPatch(
        (x - width / 2, y - height / 2),
        width,
        height,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor="white",
        edgecolor=box.colour,
        linewidth=1.4,
        gid=f"box-{key}",
    )
    axes.add_patch(shape)
    lines = [
        (0.22, box.name, {"fontsize": 8.5, "fontweight": "bold"}),
        (0.0, box.what, {"fontsize": 8}),
        (-0.23, box.module, {"fontsize": 6.5, "family": "DejaVu Sans Mono", "color": GREY}),
    ]
    for above, text, style in lines:
        axes.text(x, y + above, text, ha="center", va="center", gid=f"text-{key}", **style)


def _arrow(axes: Axes, corners: list[Point], **style: object) -> None:
    axes.add_patch(
        FancyArrowPatch(
            path=Line(corners),
            arrowstyle="-|>",
            mutation_scale=9,
            linewidth=1.1,
            joinstyle="miter",
            fill=False,
            **style,
        )
    )


if __name__ == "__main__":
    path = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).with_suffix(".svg")
    path.write_bytes(png(draw(), dpi=150) if path.suffix == ".png" else svg(draw()))
