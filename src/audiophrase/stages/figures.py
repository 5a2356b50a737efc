"""Stage figures: each as SVG for the page and as PNG for everything else."""

from collections.abc import Container, Sequence
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.figure import Figure

from audiophrase import tables
from audiophrase.errors import ArtifactError, ParamsError
from audiophrase.features.shards import STAGE, column_of_frames
from audiophrase.report import examples, figures, paper, spectra, style
from audiophrase.report.cells import NO_PHRASES_NOTE
from audiophrase.settings import structure
from audiophrase.stages.options import file_argument, file_option, settings
from audiophrase.stages.report_options import annotations_option, audio_option


def _writes_figure(command):
    """The options that every figure has."""
    for option in (
        file_option("--png", "Picture to write (PNG)."),
        file_option("--svg", "Picture to write (SVG)."),
        audio_option,
        settings,
    ):
        command = option(command)
    return command


@click.group()
def figure() -> None:
    """Draw one of the figures."""


@figure.command()
@_writes_figure
@file_option("--captions", "Table of captions.")
@file_option("--phrases", "Table of phrases.")
@file_argument("features", nargs=-1, required=True)
def example_pair(
    settings: dict,
    audio: str,
    svg: Path,
    png: Path,
    captions: Path,
    phrases: Path,
    features: tuple[Path, ...],
) -> None:
    """One clip and its caption (Figure 1), out of FEATURES, the shards of the test split."""
    chosen = _examples(captions, phrases, features, settings)[0]
    drawn = spectra.example_pair(
        chosen,
        _spectra(features, settings, {chosen.clip_id})[chosen.clip_id],
        _centres_hz(settings),
        audio=audio,
    )
    _write(drawn, svg, png, settings)


@figure.command()
@_writes_figure
@file_option("--curve", "Precision, recall and F1 by threshold (CSV).")
@file_option("--summary", "Measures of detection (JSON).")
def sed_thresholds(
    settings: dict, audio: str, svg: Path, png: Path, curve: Path, summary: Path
) -> None:
    """Precision, recall and F1 against the threshold (Figure 3)."""
    measures = tables.read_json(summary)["measures"]
    if not measures:
        _write(style.nothing_to_show(NO_PHRASES_NOTE, audio=audio), svg, png, settings)
        return
    drawn = figures.sed_thresholds(tables.read_csv(curve), measures, audio=audio)
    _write(drawn, svg, png, settings)


@figure.command()
@_writes_figure
@file_option("--captions", "Table of captions.")
@file_option("--phrases", "Table of phrases.")
@file_option("--scores", "Frame-phrase similarities.")
@file_argument("features", nargs=-1, required=True)
def alignment(
    settings: dict,
    audio: str,
    svg: Path,
    png: Path,
    captions: Path,
    phrases: Path,
    scores: Path,
    features: tuple[Path, ...],
) -> None:
    """Similarities over time (Figure 4), out of FEATURES, the shards of the test split."""
    of_phrase = _scores(scores, settings)
    if not of_phrase:
        _write(style.nothing_to_show(NO_PHRASES_NOTE, audio=audio), svg, png, settings)
        return
    ranked = _examples(captions, phrases, features, settings, scored=of_phrase)
    chosen = ranked[: structure(settings, "figures").n_alignments]
    drawn = spectra.alignment(
        chosen,
        _spectra(features, settings, {example.clip_id for example in chosen}),
        of_phrase,
        _centres_hz(settings),
        threshold=structure(settings, "evaluate.sed").reported_threshold,
        audio=audio,
    )
    _write(drawn, svg, png, settings)


@figure.command()
@_writes_figure
@file_argument("histories", nargs=-1, required=True)
def training(settings: dict, audio: str, svg: Path, png: Path, histories: tuple[Path, ...]) -> None:
    """Losses by epoch out of HISTORIES, files named seed-SEED/history.csv."""
    by_seed = {path.parent.name.removeprefix("seed-"): tables.read_csv(path) for path in histories}
    _write(figures.training(by_seed, audio=audio), svg, png, settings)


@figure.command()
@_writes_figure
@annotations_option
@file_option("--availability", "Table of availability.")
def availability(
    settings: dict, audio: str, svg: Path, png: Path, annotations: str, availability: Path
) -> None:
    """Clips that could be had, and why the others could not."""
    rows = tables.read(availability, stage="availability").to_pylist()
    beside_paper = paper.stands_beside(annotations)
    drawn = figures.availability(rows, audio=audio, beside_paper=beside_paper)
    _write(drawn, svg, png, settings)


def _write(drawn: Figure, svg: Path, png: Path, settings: dict) -> None:
    tables.write_bytes(svg, style.svg(drawn))
    tables.write_bytes(png, style.png(drawn, dpi=structure(settings, "figures").dpi))


def _examples(
    captions: Path,
    phrases: Path,
    features: Sequence[Path],
    settings: dict,
    *,
    scored: Container[str] | None = None,
) -> list[examples.Example]:
    """The clips with the most distinct phrases, from the rank that the parameters name on.

    Args:
        scored: ids of the phrases to look at; None for all.
    """
    clips = {
        row["clip_id"]
        for shard in features
        for row in tables.read(
            shard, stage=STAGE, settings=settings, columns=["clip_id", "n_frames"]
        ).to_pylist()
        if row["n_frames"]
    }

    def rows(table: pa.Table) -> list[dict]:
        return table.filter(pc.is_in(table["clip_id"], pa.array(clips, pa.string()))).to_pylist()

    all_phrases = tables.read(phrases, stage="annotations.phrases")
    ranked = examples.ranked(
        rows(tables.read(captions, stage="annotations.captions")),
        [row for row in rows(all_phrases) if scored is None or row["phrase_id"] in scored],
        clips,
        needs_phrases=all_phrases.num_rows > 0,
    )
    if not ranked:
        raise ArtifactError(
            "no test clip has audio and a caption with phrases",
            "see the availability table for the clips, annotations/counts.csv for the phrases",
        )
    rank = structure(settings, "figures").example_clip
    if rank >= len(ranked):
        raise ParamsError(
            f"figures.example_clip is {rank}, but only {len(ranked)} test clips have audio and a "
            "caption with phrases",
            "choose a lower rank; the first is 0",
        )
    return ranked[rank:]


def _spectra(
    features: Sequence[Path], settings: dict, wanted: Container[str]
) -> dict[str, spectra.Spectrum]:
    found = {}
    for shard in features:
        table = tables.read(shard, stage=STAGE, settings=settings)
        column = table[column_of_frames(table)]
        for index, clip_id in enumerate(table["clip_id"].to_pylist()):
            if clip_id in wanted:
                n_frames = table["n_frames"][index].as_py()
                frames = column[index].values.to_numpy().reshape(n_frames, -1)
                found[clip_id] = spectra.Spectrum(frames, table["hop_s"][index].as_py())
    return found


def _centres_hz(settings: dict) -> np.ndarray | None:
    """The mel bands' centre frequencies; None where the front end's values are no mel bands."""
    if "features" not in settings:
        return None
    return spectra.band_centres_hz(structure(settings, "features"))


def _scores(path: Path, settings: dict) -> dict[str, np.ndarray]:
    """Scores by phrase id: the paper's mean, or the first kind where there is no mean."""
    table = tables.read(path, stage="sed_scores", settings=settings)
    column = next(name for name in table.column_names if name.startswith("scores"))
    column = "scores" if "scores" in table.column_names else column
    return dict(zip(table["phrase_id"].to_pylist(), table[column].to_numpy(), strict=True))
