"""The look that all figures share, and their bytes: the same figure, the same file."""

import io
import re
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from audiophrase.report import pictures
from audiophrase.report.measures import MIXED, RENDERED

WIDTH_IN = 7.5  # of every figure: a page's text width, so that text has the same size in all
_STYLE = {
    "font.family": "DejaVu Sans",  # comes with matplotlib: the same on every machine
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.titlelocation": "left",
    "axes.formatter.useoffset": False,  # a loss of 2.0002 is not 0.0002, with +2 in a corner
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "text.parse_math": False,  # a caption may hold dollar signs
    "svg.fonttype": "path",
    "svg.hashsalt": "audiophrase",
}
# Okabe and Ito's colours, told apart with any colour vision; yellow is too pale for lines.
BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
ORANGE, SKY, BLACK = "#e69f00", "#56b4e9", "#000000"
GREY, PALE = "#6b6b6b", "#d9d9d9"
_CYCLE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, BLACK)
DASHES = ("-", "--", ":")
_LABELS = {RENDERED: "rendered audio", MIXED: "partly rendered audio"}
_CLIP_ID = re.compile(rb'(?<=url\(#)p[0-9a-f]{10}(?=\))|(?<=<clipPath id=")p[0-9a-f]{10}(?=")')
_LABEL_STRIP_IN = 0.22  # along the lower edge, for the label of rendered audio


class Drawn(Figure):
    """A figure with what it says of itself in words, which goes into its files."""

    said = pictures.Said()


@contextmanager
def look() -> Iterator[None]:
    """Draw in our style, whatever the user's own matplotlib settings are."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def canvas(height_in: float, *, audio: str) -> Drawn:
    """An empty figure of page width, labelled where its audio is rendered, all or some."""
    figure = Drawn(figsize=(WIDTH_IN, height_in), layout="constrained")
    FigureCanvasAgg(figure)
    if label := _LABELS.get(audio):
        strip = _LABEL_STRIP_IN / height_in
        figure.get_layout_engine().set(rect=(0.0, strip, 1.0, 1.0 - strip))
        figure.text(
            0.99,
            strip / 2,
            label,
            ha="right",
            va="center",
            fontsize=7.5,
            color="white",
            bbox={"facecolor": GREY, "edgecolor": "none", "boxstyle": "round,pad=0.25"},
        )
    return figure


@look()
def nothing_to_show(text: str, *, audio: str) -> Drawn:
    """A figure that says why it is empty."""
    figure = canvas(1.0, audio=audio)
    figure.text(0.5, 0.5, text, ha="center", va="center", color=GREY)
    figure.said = pictures.Said(text)
    return figure


def svg(figure: Drawn) -> bytes:
    """The figure as SVG, with what it says of itself and no date or version in it."""
    known = pictures.metadata(figure.said) | {"Date": None, "Creator": None}
    return _numbered(_save(figure, format="svg", metadata=known))


def png(figure: Drawn, *, dpi: int) -> bytes:
    """The figure as PNG, with what it says of itself and no version in it."""
    known = pictures.metadata(figure.said) | {"Software": None}
    return _save(figure, format="png", dpi=dpi, metadata=known)


def line_style(index: int) -> dict[str, str]:
    """Colour and dashes of the n-th line: no two alike among the first twenty-one."""
    return {
        "color": _CYCLE[index % len(_CYCLE)],
        "linestyle": DASHES[index // len(_CYCLE) % len(DASHES)],
    }


def wrap(text: str, width: int, *, max_lines: int | None = None) -> str:
    """Text in lines of at most `width` characters; what is too long ends in an ellipsis."""
    return "\n".join(textwrap.wrap(text, width, max_lines=max_lines, placeholder=" …")) or text


def _save(figure: Figure, **options) -> bytes:
    buffer = io.BytesIO()
    with look():
        figure.savefig(buffer, **options)
    return buffer.getvalue()


def _numbered(svg: bytes) -> bytes:
    """The regions that drawing is clipped to, named in the order in which they come.

    Matplotlib names them after a digest of where they lie, whose last bit the layout's solver leaves
    open: it goes by addresses in memory, and so differs from run to run.
    """
    names: dict[bytes, bytes] = {}
    return _CLIP_ID.sub(lambda id_: names.setdefault(id_[0], b"clip%d" % (len(names) + 1)), svg)
