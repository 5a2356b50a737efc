"""Stage evaluate, part two: phrase-based sound event detection."""

from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pyarrow as pa

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.evaluate import baselines, sed
from audiophrase.model.similarity import frame_phrase_similarity, frame_word_similarity
from audiophrase.params import SedParams, structure
from audiophrase.stages.common_clips import only_clips_option, restrict
from audiophrase.stages.device_option import device_option
from audiophrase.stages.options import file_argument, file_option, settings
from audiophrase.stages.training_data import (
    Clips,
    read_clips,
    read_encoder,
    read_rows,
    read_vectors,
    read_word_ids,
)
from audiophrase.train import encode


@click.command()
@settings
@device_option
@file_option("--model", "Weights of the encoder.")
@file_option("--model-json", "Their description.")
@file_option("--phrases", "Table of phrases.")
@file_option("--vocabulary", "Vocabulary with vectors.")
@file_option("--phrase-words", "Word ids of phrases.")
@file_argument("features", nargs=-1, required=True)
@only_clips_option
@file_option("--curve", "Precision, recall and F1 by threshold to write (CSV).")
@file_option("--scores", "Frame-phrase similarities to write.")
@file_option("--summary", "Measures to write (JSON).")
def evaluate_sed(
    settings: dict,
    device: str,
    model: Path,
    model_json: Path,
    phrases: Path,
    vocabulary: Path,
    phrase_words: Path,
    features: tuple[Path, ...],
    only_clips_of: Path | None,
    curve: Path,
    scores: Path,
    summary: Path,
) -> None:
    """Detection of phrases in frames, on FEATURES, the shards of the test split."""
    params = structure(settings, "evaluate.sed")
    vectors = read_vectors(vocabulary, settings)
    encoder = read_encoder(model, model_json, vectors.shape[1], settings, device)
    clips, restriction = restrict(read_clips(features, settings), only_clips_of)
    number = {clip_id: index for index, clip_id in enumerate(clips.ids)}
    rows = read_rows(phrases, "annotations.phrases", "test", clips)
    if not rows:
        raise ArtifactError("no clip of the test split has audio", "see the availability table")
    word_ids = read_word_ids(phrase_words, "phrase_id", settings)

    found = _phrase_scores(encoder, clips, rows, number, word_ids, vectors, params)
    labels = [
        sed.frame_labels(
            row["segments"],
            len(clips.log_mels[number[row["clip_id"]]]),
            clips.hops_s[number[row["clip_id"]]],
        )
        for row in rows
    ]
    if not any(label.any() for label in labels):
        raise ArtifactError(
            "no phrase of the test split is heard in any frame, so detection cannot be measured",
            "give some phrases of test.json their segments (column timestamps)",
        )
    rng = np.random.default_rng(params.seed)
    n_frames = [len(label) for label in labels]
    drawn = {"random": baselines.random_scores(n_frames, rng, min_max=params.min_max)}
    sampled, measures = _measures(found | drawn, np.concatenate(labels), params)
    tables.write_csv(curve, sampled)
    inputs = {"only_clips_of": restriction.sha256} if restriction else None
    _write_scores(scores, [row["phrase_id"] for row in rows], found, settings, inputs)
    n_clips = len({row["clip_id"] for row in rows})
    counts = {"n_clips": n_clips, "n_phrases": len(rows), "n_frames": int(sum(n_frames))}
    counts |= restriction.summary() if restriction else {}
    tables.write_json(summary, counts | measures)
    click.echo(pd.DataFrame(measures["measures"]).T.to_string(), err=True)


def _phrase_scores(
    encoder, clips: Clips, rows: Sequence[dict], number: dict, word_ids: dict, vectors, params
) -> dict[str, list[np.ndarray]]:
    """Equation 5 for every phrase, by aggregation; a phrase without words scores zero."""
    rows_of_clip: dict[int, list[int]] = {}
    for index, row in enumerate(rows):
        rows_of_clip.setdefault(number[row["clip_id"]], []).append(index)
    found = {name: [np.zeros(0, np.float32)] * len(rows) for name in params.aggregations}
    for numbers, batch in encode(encoder, clips.log_mels):
        for clip, frames in zip(numbers, batch.cpu(), strict=True):
            for index in rows_of_clip.get(clip, ()):
                words = word_ids[rows[index]["phrase_id"]]
                similar = frame_word_similarity(frames, vectors[words]).numpy()
                for name in params.aggregations:
                    found[name][index] = (
                        frame_phrase_similarity(similar, aggregation=name, min_max=params.min_max)
                        if words
                        else np.zeros(len(frames), np.float32)
                    )
    return found


def _measures(
    scores: dict[str, list[np.ndarray]], active: np.ndarray, params: SedParams
) -> tuple[pd.DataFrame, dict]:
    """The sampled curves as a table, and what is read off the exact ones."""
    at = f"at_{params.reported_threshold:g}"
    steps = params.thresholds
    n_steps = round((steps.last - steps.first) / steps.step) + 1
    thresholds = np.round(steps.first + steps.step * np.arange(n_steps), 10)
    curves, measures = [], {}
    for name, of_phrases in scores.items():
        exact = sed.curve(np.concatenate(of_phrases), active)
        sampled = sed.at_thresholds(exact, thresholds)
        curves.append(
            pd.DataFrame(
                {
                    "aggregation": name,
                    "threshold": thresholds,
                    "precision": sampled.precision,
                    "recall": sampled.recall,
                    "f1": sampled.f1,
                }
            )
        )
        point = sed.at_thresholds(exact, np.array([params.reported_threshold]))
        best, best_threshold = sed.best_f1(exact)
        measures[name] = {
            f"precision_{at}": float(point.precision[0]),
            f"recall_{at}": float(point.recall[0]),
            f"f1_{at}": float(point.f1[0]),
            "best_f1": best,
            "best_threshold": best_threshold,
            "average_precision": sed.average_precision(exact),
        }
    always = baselines.always_on(active)
    measures["always_on"] = {f"{name}_{at}": value for name, value in always.items()}
    return pd.concat(curves), {"prevalence": float(active.mean()), "measures": measures}


def _write_scores(
    path: Path,
    phrase_ids: list[str],
    found: dict[str, list[np.ndarray]],
    settings: dict,
    inputs: dict[str, str] | None,
) -> None:
    """One column an aggregation; that of the paper, the mean, is called `scores`."""
    columns = {"phrase_id": pa.array(phrase_ids, pa.string())}
    for name, of_phrases in found.items():
        key = "scores" if name == "mean" else f"scores_{name}"
        columns[key] = pa.array(of_phrases, pa.list_(pa.float32()))
    tables.write(path, pa.table(columns), stage="sed_scores", settings=settings, inputs=inputs)
