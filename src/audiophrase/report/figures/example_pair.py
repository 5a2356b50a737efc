"""A clip and its caption, and when each phrase of the caption is heard, if it has any (Figure 1)."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from matplotlib.figure import Figure

from audiophrase.report import examples
from audiophrase.report.inputs import Spectrum
from audiophrase.report.pictures import Said, times
from audiophrase.report.spectra import (
    LINE_IN,
    band_centres_hz,
    draw_log_mel,
    phrase_label,
    time_axis,
)
from audiophrase.report.style import canvas, line_style, look, wrap

PLACE = 10
TITLE = "A clip and its caption (as in the paper's Figure 1)"
CAPTION = "Above are the frames that the encoder is given; the caption is all it is told."
CAPTION_OF_PHRASES = (
    "The bars are the annotated segments of each phrase, which no training ever sees."
)
ALT = "Frames of one test clip over time, and bars where phrases are heard, if any."
READS = {
    "captions": "data/{dataset}/annotations/captions.parquet",
    "phrases": "data/{dataset}/annotations/phrases.parquet",
    "features": "data/{dataset}/features/{front_end}/{test_shard}.parquet",
}
SETTINGS = ("features",)

# What fits into a line, in characters: over the page, beside bars.
_PAGE_WIDTH, _BAR_WIDTH = 92, 26


@look()
def draw(
    *,
    captions: pa.Table,
    phrases: pa.Table,
    features: Mapping[str, Spectrum],
    settings: Mapping[str, Any],
    audio: str,
    beside_paper: bool,
) -> Figure:
    """The spectrum under the caption, and below it a lane a phrase.

    Raises:
        ArtifactError: no clip with audio has a caption with phrases, or any where there are no phrases.
        ParamsError: there are fewer than the parameters ask for.
    """
    rank = settings["figures"].example_clip
    example = examples.chosen(captions, phrases, features, rank=rank)[0]
    spectrum = features[example.clip_id]
    centres_hz = band_centres_hz(settings.get("features"))
    heard = [
        f"“{event.phrase}” is heard at {times(event.segments_s)}."
        if event.segments_s
        else f"“{event.phrase}” is not heard."
        for event in example.events
    ]
    length_s = len(spectrum.log_mel) * spectrum.hop_s
    shows = [f"{length_s:.1f} s of a clip with the caption “{example.caption}”.", *heard]
    labels = [phrase_label(event, _BAR_WIDTH) for event in example.events]
    n_lines = max((1 + label.count("\n") for label in labels), default=0)
    lanes_in = len(labels) * max(0.3, LINE_IN * n_lines + 0.04)
    figure = canvas(3.1 + lanes_in, audio=audio)
    figure.said = Said(" ".join(shows), ((example.clip_id, example.caption),))
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
        time_axis(upper, upper, spectrum)
        return figure
    lower = figure.add_subplot(grid[1, 0], sharex=upper)
    for index, event in enumerate(example.events):
        bars = [(onset_s, offset_s - onset_s) for onset_s, offset_s in event.segments_s]
        lower.broken_barh(bars, (index - 0.35, 0.7), color=line_style(index)["color"])
    lower.set_yticks(range(len(labels)), labels)
    lower.set_ylim(len(labels) - 0.5, -0.5)
    lower.grid(axis="x", color="#e5e5e5", linewidth=0.6)
    lower.set_axisbelow(True)
    time_axis(upper, lower, spectrum)
    return figure
