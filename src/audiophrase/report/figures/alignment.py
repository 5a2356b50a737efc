"""Phrases found in time (Figure 4): annotated events, and frame-phrase similarities (equation 5)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from audiophrase.report import examples
from audiophrase.report.cells import NO_PHRASES_NOTE
from audiophrase.report.examples import Event, Example
from audiophrase.report.inputs import Spectrum
from audiophrase.report.pictures import Said, times
from audiophrase.report.spectra import (
    LINE_IN,
    band_centres_hz,
    draw_log_mel,
    phrase_label,
    time_axis,
)
from audiophrase.report.style import GREY, canvas, line_style, look, nothing_to_show, wrap

PLACE = 30
TITLE = "Phrases found in time (as in the paper's Figure 4)"
CAPTION = (
    "Between the frames of a clip and the curves are the annotated segments, one lane a phrase. The "
    "curves show how similar each frame is to the phrase of the same colour, scaled to reach from 0 to 1 "
    "within the clip unless the parameters say otherwise; dashed is the threshold of the tables."
)
ALT = "For some test clips their frames, the annotated segments, and similarities over time."
READS = {
    "captions": "data/{dataset}/annotations/captions.parquet",
    "phrases": "data/{dataset}/annotations/phrases.parquet",
    "scores": "results/{dataset}/runs/paper/seed-{first_seed}/sed_scores.parquet",
    "features": "data/{dataset}/features/{front_end}/{test_shard}.parquet",
}
SETTINGS = ("features", "evaluate.sed")
NEEDS_PHRASES = True

# What fits into a line, in characters: over the axes, beside a lane.
_AXES_WIDTH, _LANE_WIDTH = 82, 24


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
    """For each of some clips, the spectrum, below it a bar a segment, then a line a phrase.

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
    titles = [
        wrap(f"{number}. “{example.caption}”", _AXES_WIDTH)
        for number, example in enumerate(shown, start=1)
    ]
    heights_in = [_heights_in(example, title) for example, title in zip(shown, titles, strict=True)]
    figure = canvas(sum(map(sum, heights_in)) + 0.3, audio=audio)
    rows = figure.add_gridspec(3 * len(shown), 1, height_ratios=np.concatenate(heights_in))
    for index, (example, title) in enumerate(zip(shown, titles, strict=True)):
        spectrum = features[example.clip_id]
        upper = figure.add_subplot(rows[3 * index])
        upper.set_title(title, style="italic")
        draw_log_mel(upper, spectrum.log_mel, spectrum.hop_s, centres_hz, lowest_tick_hz=500.0)
        lanes = figure.add_subplot(rows[3 * index + 1], sharex=upper)
        _draw_events(lanes, example.events)
        lower = figure.add_subplot(rows[3 * index + 2], sharex=upper)
        _draw_similarities(lower, example.events, of_phrase, spectrum.hop_s, threshold)
        time_axis(upper, lower, spectrum)
        lanes.tick_params(labelbottom=False)
    figure.said = Said(
        " ".join(
            f"Clip {number}, “{example.caption}”: {_in_words(example, of_phrase, features)}."
            for number, example in enumerate(shown, start=1)
        ),
        tuple((example.clip_id, example.caption) for example in shown),
    )
    return figure


def _in_words(
    example: Example, scores: Mapping[str, np.ndarray], features: Mapping[str, Spectrum]
) -> str:
    """When each phrase is heard, and how similar the frames are, there and elsewhere."""
    hop_s, parts = features[example.clip_id].hop_s, []
    for event in example.events:
        similarity = scores[event.phrase_id]
        time_s = hop_s * np.arange(len(similarity))
        inside = np.zeros(len(similarity), dtype=bool)
        for onset_s, offset_s in event.segments_s:
            inside |= (onset_s <= time_s) & (time_s < offset_s)
        heard = f"annotated at {times(event.segments_s)}" if event.segments_s else "not heard"
        means = [
            f"{similarity[where].mean():.2f} {place}"
            for where, place in ((inside, "there"), (~inside, "elsewhere"))
            if where.any()
        ]
        parts.append(f"“{event.phrase}” {heard}, mean similarity {' and '.join(means)}")
    return "; ".join(parts)


def _by_phrase(scores: pa.Table) -> dict[str, np.ndarray]:
    """Similarities (T,) by phrase id: the paper's mean, or the first kind where there is no mean."""
    column = next(name for name in scores.column_names if name.startswith("scores"))
    column = "scores" if "scores" in scores.column_names else column
    return dict(zip(scores["phrase_id"].to_pylist(), scores[column].to_numpy(), strict=True))


def _draw_events(axes: Axes, events: Sequence[Event]) -> None:
    """A bar for each segment, a lane for each phrase."""
    for index, event in enumerate(events):
        bars = [(onset_s, offset_s - onset_s) for onset_s, offset_s in event.segments_s]
        axes.broken_barh(bars, (index - 0.35, 0.7), color=line_style(index)["color"])
    axes.set_ylim(len(events) - 0.5, -0.5)
    axes.set_yticks(range(len(events)), [phrase_label(event, _LANE_WIDTH) for event in events])


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
            label=phrase_label(event, _LANE_WIDTH),
            **line_style(index),
        )
    axes.axhline(threshold, color=GREY, linewidth=0.7, dashes=(6, 3), label="threshold")
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0.0, threshold, 1.0], ["0", f"{threshold:g}", "1"])
    axes.set_ylabel("frame-phrase\nsimilarity")


def _heights_in(example: Example, title: str) -> tuple[float, float, float]:
    """Of one clip's frames under their title, its lanes and its curves."""
    labels = [phrase_label(event, _LANE_WIDTH) for event in example.events]
    n_lines = max(1 + label.count("\n") for label in labels)
    lanes_in = len(labels) * max(0.2, LINE_IN * n_lines + 0.04)
    return 1.4 + LINE_IN * title.count("\n"), lanes_in, 1.4
