"""Phrases found in time (Figure 4): annotated events, and frame-phrase similarities (equation 5)."""

from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib.patches
import matplotlib.patheffects
import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.report import examples
from audiophrase.report.cells import NO_PHRASES_NOTE
from audiophrase.report.examples import Event, Example
from audiophrase.report.inputs import Spectrum
from audiophrase.report.spectra import (
    LINE_IN,
    band_centres_hz,
    draw_log_mel,
    phrase_label,
    time_axis,
)
from audiophrase.report.style import GREY, canvas, line_style, look, nothing_to_show, wrap

PLACE = 30
TITLE = "Phrases found in time (the paper's Figure 4)"
CAPTION = (
    "Boxes over the frames of a clip are the annotated segments of each phrase, one lane a phrase: "
    "their height means nothing. Below, how similar each frame is to the phrase of the "
    "same colour, scaled to reach from 0 to 1 within the clip unless the parameters say "
    "otherwise."
)
ALT = "For some test clips the frames with annotated events, and similarities over time."
READS = {
    "captions": "data/{dataset}/annotations/captions.parquet",
    "phrases": "data/{dataset}/annotations/phrases.parquet",
    "scores": "results/{dataset}/runs/paper/seed-{first_seed}/sed_scores.parquet",
    "features": "data/{dataset}/features/{front_end}/{test_shard}.parquet",
}
SETTINGS = ("features", "evaluate.sed")
NEEDS_PHRASES = True

# What fits into a line, in characters: over the axes, in the key.
_AXES_WIDTH, _KEY_WIDTH = 78, 22


@look()
def draw(
    *,
    captions: pa.Table,
    phrases: pa.Table,
    scores: pa.Table,
    features: Mapping[str, Spectrum],
    settings: Mapping[str, Any],
    audio: str,
    beside_paper: bool,
) -> Figure:
    """For each of some clips, the spectrum with a box a segment, and below it a line a phrase.

    Raises:
        ArtifactError: no clip with audio has a caption with phrases.
        ParamsError: there are fewer than the parameters ask for.
    """
    params = settings["figures"]
    of_phrase = _by_phrase(scores)
    if not of_phrase:
        return nothing_to_show(NO_PHRASES_NOTE, audio=audio)
    ranked = examples.chosen(
        captions, phrases, features, rank=params.example_clip, phrase_ids=of_phrase
    )
    shown = ranked[: params.n_alignments]
    threshold = settings["evaluate.sed"].reported_threshold
    centres_hz = band_centres_hz(settings.get("features"))
    titles = [wrap(f"“{example.caption}”", _AXES_WIDTH) for example in shown]
    heights_in = [_height_in(example, title) for example, title in zip(shown, titles, strict=True)]
    figure = canvas(sum(heights_in) + 0.3, audio=audio)
    rows = figure.add_gridspec(
        2 * len(shown), 2, width_ratios=[3.6, 1], height_ratios=np.repeat(heights_in, 2)
    )
    for index, (example, title) in enumerate(zip(shown, titles, strict=True)):
        spectrum = features[example.clip_id]
        upper = figure.add_subplot(rows[2 * index, 0])
        upper.set_title(title, style="italic")
        draw_log_mel(upper, spectrum.log_mel, spectrum.hop_s, centres_hz, lowest_tick_hz=500.0)
        _draw_events(upper, example.events)
        lower = figure.add_subplot(rows[2 * index + 1, 0], sharex=upper)
        _draw_similarities(lower, example.events, of_phrase, spectrum.hop_s, threshold)
        time_axis(upper, lower, spectrum)
        _draw_key(figure.add_subplot(rows[2 * index : 2 * index + 2, 1]), lower)
    return figure


def _by_phrase(scores: pa.Table) -> dict[str, np.ndarray]:
    """Similarities (T,) by phrase id: the paper's mean, or the first kind where there is no mean."""
    column = next(name for name in scores.column_names if name.startswith("scores"))
    column = "scores" if "scores" in scores.column_names else column
    return dict(zip(scores["phrase_id"].to_pylist(), scores[column].to_numpy(), strict=True))


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
            time_s,
            similarity,
            linewidth=1.2,
            label=phrase_label(event, _KEY_WIDTH),
            **line_style(index),
        )
    axes.axhline(
        threshold, color=GREY, linewidth=0.7, dashes=(6, 3), label=f"threshold {threshold:g}"
    )
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0.0, 0.5, 1.0])
    axes.set_ylabel("frame-phrase\nsimilarity")


def _draw_key(axes: Axes, lines: Axes) -> None:
    """The names of the lines, in a column of their own beside them."""
    axes.axis("off")
    handles, labels = lines.get_legend_handles_labels()
    axes.legend(handles, labels, loc="center left", borderaxespad=0.0, handlelength=1.6)


def _height_in(example: Example, title: str) -> float:
    """What one clip needs: its two axes, or its key where there are many phrases."""
    labels = [phrase_label(event, _KEY_WIDTH) for event in example.events]
    n_lines = sum(1 + label.count("\n") for label in labels) + 1  # the threshold
    return max(2.75 + LINE_IN * title.count("\n"), 0.4 + 1.15 * LINE_IN * n_lines)
