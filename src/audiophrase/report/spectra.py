"""The figures that show clips: the example pair (Figure 1) and the alignments (Figure 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import matplotlib.patheffects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.features.mel_bands import mel_frequencies_hz
from audiophrase.features.parameters import LogMelParams
from audiophrase.report.examples import Event, Example
from audiophrase.report.style import GREY, canvas, draw_log_mel, line_style, look, wrap

# What fits into a line, in characters: over the page, over the axes, beside bars, in a key.
_PAGE_WIDTH, _AXES_WIDTH, _BAR_WIDTH, _KEY_WIDTH = 92, 78, 26, 22
_LINE_IN = 0.16


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Log-mel spectrum of one clip, or other frames of it."""

    log_mel: np.ndarray  # (T, n_mels)
    hop_s: float


def band_centres_hz(params: LogMelParams) -> np.ndarray:
    """Centre frequencies of the mel bands: (n_mels,)."""
    edges_hz = mel_frequencies_hz(params.n_mels + 2, params.fmin_hz, params.fmax_hz)
    return edges_hz[1:-1]


@look()
def example_pair(
    example: Example, spectrum: Spectrum, centres_hz: np.ndarray | None, *, audio: str
) -> Figure:
    """A clip and its caption, and when each phrase of the caption is heard, if it has any.

    Args:
        centres_hz: (n_mels,); None where the frames are no log-mel spectra.
    """
    labels = [_label(event, _BAR_WIDTH) for event in example.events]
    n_lines = max((1 + label.count("\n") for label in labels), default=0)
    lanes_in = len(labels) * max(0.3, _LINE_IN * n_lines + 0.04)
    figure = canvas(3.1 + lanes_in, audio=audio)
    figure.suptitle(
        wrap(f"“{example.caption}”", _PAGE_WIDTH),
        x=0.01,
        ha="left",
        fontsize=9.5,
        style="italic",
    )
    heights_in = [2.2, lanes_in] if labels else [2.2]
    grid = figure.add_gridspec(len(heights_in), 2, width_ratios=[50, 1], height_ratios=heights_in)
    upper = figure.add_subplot(grid[0, 0])
    image = draw_log_mel(upper, spectrum.log_mel, spectrum.hop_s, centres_hz, lowest_tick_hz=250.0)
    clipped = image.get_clim()[0] > spectrum.log_mel.min()
    figure.colorbar(
        image,
        cax=figure.add_subplot(grid[0, 1]),
        label="value" if centres_hz is None else "log power (natural logarithm)",
        extend="min" if clipped else "neither",
    )
    if not labels:
        _time_axis(upper, upper, spectrum)
        return figure
    lower = figure.add_subplot(grid[1, 0], sharex=upper)
    for index, event in enumerate(example.events):
        bars = [(onset_s, offset_s - onset_s) for onset_s, offset_s in event.segments_s]
        lower.broken_barh(bars, (index - 0.35, 0.7), color=line_style(index)["color"])
    lower.set_yticks(range(len(labels)), labels)
    lower.set_ylim(len(labels) - 0.5, -0.5)
    lower.grid(axis="x", color="#e5e5e5", linewidth=0.6)
    lower.set_axisbelow(True)
    _time_axis(upper, lower, spectrum)
    return figure


@look()
def alignment(
    examples: Sequence[Example],
    spectra: Mapping[str, Spectrum],
    scores: Mapping[str, np.ndarray],
    centres_hz: np.ndarray | None,
    *,
    threshold: float,
    audio: str,
) -> Figure:
    """Clips with the events of their phrases, and below them the frame-phrase similarities.

    Args:
        spectra: by clip id.
        scores: (T,) each, by phrase id.
        centres_hz: (n_mels,); None where the frames are no log-mel spectra.
    """
    titles = [wrap(f"“{example.caption}”", _AXES_WIDTH) for example in examples]
    heights_in = [
        _height_in(example, title) for example, title in zip(examples, titles, strict=True)
    ]
    figure = canvas(sum(heights_in) + 0.3, audio=audio)
    rows = figure.add_gridspec(
        2 * len(examples), 2, width_ratios=[3.6, 1], height_ratios=np.repeat(heights_in, 2)
    )
    for index, (example, title) in enumerate(zip(examples, titles, strict=True)):
        spectrum = spectra[example.clip_id]
        upper = figure.add_subplot(rows[2 * index, 0])
        upper.set_title(title, style="italic")
        draw_log_mel(upper, spectrum.log_mel, spectrum.hop_s, centres_hz, lowest_tick_hz=500.0)
        _draw_events(upper, example.events)
        lower = figure.add_subplot(rows[2 * index + 1, 0], sharex=upper)
        _draw_similarities(lower, example.events, scores, spectrum.hop_s, threshold)
        _time_axis(upper, lower, spectrum)
        _draw_key(figure.add_subplot(rows[2 * index : 2 * index + 2, 1]), lower)
    return figure


def _draw_events(axes: Axes, events: Sequence[Event]) -> None:
    """A box for each segment, the phrases in lanes of their own so that none hides another."""
    halo = [matplotlib.patheffects.withStroke(linewidth=3.2, foreground="white")]
    lane = 1.0 / len(events)
    for index, event in enumerate(events):
        for onset_s, offset_s in event.segments_s:
            axes.add_patch(
                matplotlib.patches.Rectangle(
                    (onset_s, 1.0 - (index + 0.9) * lane),
                    offset_s - onset_s,
                    0.8 * lane,
                    transform=axes.get_xaxis_transform(),
                    fill=False,
                    linewidth=1.6,
                    path_effects=halo,
                    **line_style(index),
                )
            )


def _draw_similarities(
    axes: Axes,
    events: Sequence[Event],
    scores: Mapping[str, np.ndarray],
    hop_s: float,
    threshold: float,
) -> None:
    for index, event in enumerate(events):
        similarity = scores[event.phrase_id]
        time_s = hop_s * np.arange(len(similarity))
        axes.plot(
            time_s, similarity, linewidth=1.2, label=_label(event, _KEY_WIDTH), **line_style(index)
        )
    axes.axhline(
        threshold, color=GREY, linewidth=0.7, dashes=(6, 3), label=f"threshold {threshold:g}"
    )
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0.0, 0.5, 1.0])
    axes.set_ylabel("frame-phrase\nsimilarity")


def _draw_key(axes: Axes, of: Axes) -> None:
    """The names of the lines, in a column of their own beside them."""
    axes.axis("off")
    handles, labels = of.get_legend_handles_labels()
    axes.legend(handles, labels, loc="center left", borderaxespad=0.0, handlelength=1.6)


def _time_axis(upper: Axes, lower: Axes, spectrum: Spectrum) -> None:
    if upper is not lower:
        upper.tick_params(labelbottom=False)
    lower.set_xlim(-spectrum.hop_s / 2, (len(spectrum.log_mel) - 0.5) * spectrum.hop_s)
    lower.set_xlabel("time (s)")


def _height_in(example: Example, title: str) -> float:
    """What one clip needs: its two axes, or its key where there are many phrases."""
    labels = [_label(event, _KEY_WIDTH) for event in example.events]
    n_lines = sum(1 + label.count("\n") for label in labels) + 1  # the threshold
    return max(2.75 + _LINE_IN * title.count("\n"), 0.4 + 1.15 * _LINE_IN * n_lines)


def _label(event: Event, width: int) -> str:
    heard = "" if event.segments_s else " (not heard)"
    return wrap(event.phrase + heard, width, max_lines=4)
