"""Phrase-based sound event detection, on the test split."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from audiophrase import tables
from audiophrase.device import enough_memory
from audiophrase.errors import ArtifactError
from audiophrase.evaluate import baselines, sed
from audiophrase.evaluate.detection import Detections, measure, partial
from audiophrase.evaluate.grounding import circumstances as of_events
from audiophrase.evaluate.parameters import BootstrapParams, SedParams
from audiophrase.evaluate.rows import ALL, PARTIAL, SED, Row, facts, select
from audiophrase.evaluate.summary import sed_summary
from audiophrase.jobs.evaluated_run import Evaluated, EvaluatedRun, evaluation_options
from audiophrase.jobs.measure_rows import brief, write_measures
from audiophrase.model.similarity import frame_phrase_similarity, frame_word_similarity
from audiophrase.options import file_option
from audiophrase.settings import structure
from audiophrase.train import encode
from audiophrase.training_data import Clips, read_rows, read_word_ids

_CURVE_COLUMNS = ("aggregation", "threshold", "precision", "recall", "f1")


@click.command()
@evaluation_options
@file_option("--phrases", "Table of phrases.")
@file_option("--phrase-words", "Word ids of phrases.")
@file_option("--curve", "Precision, recall and F1 by threshold to write (CSV).")
@file_option("--scores", "Frame-phrase similarities to write.")
@file_option("--measures", "Rows of measures to write.")
@file_option("--summary", "The same as nested numbers to write (JSON).")
def evaluate_sed(
    run: EvaluatedRun,
    phrases: Path,
    phrase_words: Path,
    curve: Path,
    scores: Path,
    measures: Path,
    summary: Path,
) -> None:
    """Detection of phrases in frames, on FEATURES, the shards of the test split."""
    settings = run.settings
    params = structure(settings, "evaluate.sed")
    if not tables.read(phrases, stage="annotations.phrases", columns=["phrase_id"]).num_rows:
        _write_nothing(curve, scores, measures, summary, params, settings)
        return
    tested = run.read()
    clips, restriction = tested.clips, tested.restriction
    number = {clip_id: index for index, clip_id in enumerate(clips.ids)}
    rows = read_rows(phrases, "annotations.phrases", "test", clips)
    if not rows:
        raise _nothing_to_detect(clips, restriction is not None)
    word_ids = read_word_ids(phrase_words, "phrase_id", run.vocabulary, settings)

    with enough_memory():
        phrase_scores = _phrase_scores(tested, rows, number, word_ids, params)
    labels = [
        sed.frame_labels(row["segments"], len(of_phrase), clips.hops_s[number[row["clip_id"]]])
        for row, of_phrase in zip(rows, phrase_scores[params.aggregations[0]], strict=True)
    ]
    if not any(label.any() for label in labels):
        raise ArtifactError(
            "no phrase of the test split is heard in any frame, so detection cannot be measured",
            "give some phrases of test.json their segments (column timestamps)",
        )
    rng = np.random.default_rng(params.seed)
    n_frames = [len(label) for label in labels]
    drawn = {"random": baselines.random_scores(n_frames, rng, min_max=params.min_max)}
    clip_of_phrase = [number[row["clip_id"]] for row in rows]
    every = Detections(
        phrase_scores | drawn,
        labels,
        clip_of_phrase,
        [row["segments"] for row in rows],
        [clips.hops_s[clip] for clip in clip_of_phrase],
    )
    of_bootstrap = structure(settings, "evaluate.bootstrap")
    measured, sampled = _measured(every, ALL, params, of_bootstrap)
    part = partial(every, params.partial_below)
    if part is not None:
        measured += facts(SED, PARTIAL, {"active_below": params.partial_below})
        measured += _measured(part, PARTIAL, params, of_bootstrap)[0]
    circumstances = {
        "confidence": of_bootstrap.confidence,
        "n_resamples": of_bootstrap.n_resamples,
        **of_events(params),
    }
    measured = write_measures(
        measures,
        [*facts(SED, None, circumstances), *measured],
        restriction,
        settings,
        stage="sed_measures",
    )
    tables.write_json(summary, sed_summary(measured))
    tables.write_csv_rows(curve, _CURVE_COLUMNS, _points(sampled))
    inputs = {"only_clips_of": restriction.sha256} if restriction else None
    _write_scores(scores, [row["phrase_id"] for row in rows], phrase_scores, settings, inputs)
    click.echo(brief(select(measured, part=ALL)), err=True)


def _write_nothing(
    curve: Path, scores: Path, measures: Path, summary: Path, params: SedParams, settings: dict
) -> None:
    """The files of a data set whose captions have no phrases: no points, scores or rows."""
    tables.write_csv_rows(curve, _CURVE_COLUMNS, [])
    _write_scores(scores, [], {name: [] for name in params.aggregations}, settings, None)
    rows = write_measures(measures, [], None, settings, stage="sed_measures")
    tables.write_json(summary, sed_summary(rows))
    click.echo("the annotations have no phrases: nothing is detected", err=True)


def _nothing_to_detect(clips: Clips, restricted: bool) -> ArtifactError:
    if not clips.ids:
        return ArtifactError("no clip of the test split has audio", "see the availability table")
    which = "in common with evaluate.only_clips_of" if restricted else "with audio"
    return ArtifactError(
        f"none of the {len(clips.ids)} test clips {which} has a phrase, so nothing can be detected",
        "see the phrases of test.json" + (", and evaluate.only_clips_of" if restricted else ""),
    )


def _phrase_scores(
    tested: Evaluated,
    rows: Sequence[dict],
    number: Mapping[str, int],
    word_ids: Mapping[str, list[int]],
    params: SedParams,
) -> dict[str, list[np.ndarray]]:
    """Equation 5 for every phrase, (T,) each, by aggregation; a phrase without words scores zero.

    Args:
        number: the number of each clip, by its id.
        word_ids: those of each phrase, by its id.
    """
    rows_of_clip: dict[int, list[int]] = {}
    for index, row in enumerate(rows):
        rows_of_clip.setdefault(number[row["clip_id"]], []).append(index)
    phrase_scores = {name: [np.zeros(0, np.float32)] * len(rows) for name in params.aggregations}
    for numbers, batch in encode(tested.encoder, tested.clips.features):
        for clip, frames in zip(numbers, batch.cpu(), strict=True):
            for index in rows_of_clip.get(clip, ()):
                words = word_ids[rows[index]["phrase_id"]]
                similar = frame_word_similarity(frames, tested.vectors[words]).numpy()
                for name in params.aggregations:
                    phrase_scores[name][index] = (
                        frame_phrase_similarity(similar, aggregation=name, min_max=params.min_max)
                        if words
                        else np.zeros(len(frames), np.float32)
                    )
    return phrase_scores


def _measured(
    detections: Detections, part: str, params: SedParams, of_bootstrap: BootstrapParams
) -> tuple[list[Row], dict[str, sed.Curve]]:
    """The rows of all phrases or of a part, and the sampled curves."""
    steps = params.thresholds
    n_steps = round((steps.last - steps.first) / steps.step) + 1
    return measure(
        detections,
        part=part,
        sampled_at=np.round(steps.first + steps.step * np.arange(n_steps), 10),
        params=params,
        resampling=of_bootstrap,
    )


def _points(sampled: Mapping[str, sed.Curve]) -> Iterator[tuple[str | float, ...]]:
    """The sampled curves, a row a point."""
    for name, points in sampled.items():
        columns = (points.thresholds, points.precision, points.recall, points.f1)
        for point in zip(*(values.tolist() for values in columns), strict=True):
            yield name, *point


def _write_scores(
    path: Path,
    phrase_ids: list[str],
    phrase_scores: dict[str, list[np.ndarray]],
    settings: dict,
    inputs: dict[str, str] | None,
) -> None:
    """One column an aggregation; that of the paper, the mean, is called `scores`."""
    columns = {"phrase_id": pa.array(phrase_ids, pa.string())}
    for name, of_phrases in phrase_scores.items():
        key = "scores" if name == "mean" else f"scores_{name}"
        columns[key] = pa.array(of_phrases, pa.list_(pa.float32()))
    made_with = {name: value for name, value in settings.items() if name != "evaluate.bootstrap"}
    tables.write(path, pa.table(columns), stage="sed_scores", settings=made_with, inputs=inputs)
