"""A run as the explorer shows it: its numbers by clip, phrase and word, and what lies behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from audiophrase.errors import ArtifactError
from audiophrase.evaluate import sed
from audiophrase.explorer import detection
from audiophrase.explorer.clips import Clip
from audiophrase.explorer.confusions import Numbers, retrieval
from audiophrase.explorer.script import packed
from audiophrase.tables import REMAKE


@dataclass(frozen=True, slots=True)
class Run:
    """The tables of a run."""

    name: str  # VARIANT/SEED
    scores: pa.Table  # sed_scores.parquet
    rankings: pa.Table
    frame_words: pa.Table
    curve: Sequence[Mapping[str, Any]]  # rows of sed_curve.csv

    @property
    def title(self) -> str:
        variant, seed = self.name.split("/")
        return f"{variant}, seed {seed}"

    @property
    def column(self) -> str | None:
        """The scores that are shown: the paper's mean, or the first kind where there is none."""
        known = [name for name in self.scores.column_names if name.startswith("scores")]
        return "scores" if "scores" in known else next(iter(known), None)

    @property
    def points(self) -> list[Mapping[str, Any]]:
        """The points of the curve of these scores."""
        name = "mean" if self.column == "scores" else (self.column or "").removeprefix("scores_")
        return [point for point in self.curve if point["aggregation"] == name]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run's scripts hand over: of all clips, and of each."""

    summary: dict[str, Any]
    of_clips: list[dict[str, Any]]


def numbered(clips: Sequence[Clip]) -> Numbers:
    """Clips and captions by their places in the list."""
    captions = [
        (n, caption.caption_id) for n, clip in enumerate(clips) for caption in clip.captions
    ]
    return Numbers(
        {clip.clip_id: n for n, clip in enumerate(clips)},
        {caption_id: n for n, (_, caption_id) in enumerate(captions)},
        dict(enumerate(clip for clip, _ in captions)),
    )


def shown(
    run: Run, clips: Sequence[Clip], thresholds: np.ndarray, words: Mapping[int, str]
) -> Shown:
    """All that is shown of a run.

    Args:
        thresholds: (K,) those of the run's curve among them.
        words: by their ids.

    Raises:
        ArtifactError: the counts do not come to the run's own curve.
    """
    by_clip = {row["clip_id"]: row for row in run.frame_words.to_pylist()}
    pairs, scores = _pairs(run, clips, by_clip)
    ranked = retrieval(run.rankings.to_pylist(), numbered(clips))
    summary: dict[str, Any] = {
        "title": run.title,
        "clip_rank": [ranked.clip_rank.get(n) for n in range(len(clips))],
        "caption_rank": [
            ranked.caption_rank.get(n) for n in range(sum(len(clip.captions) for clip in clips))
        ],
        "confusions": ranked.confusions,
        "detection": None,
    }
    if pairs:
        counts = detection.count(pairs, len(clips), thresholds)
        _check(run, counts, thresholds)
        summary["detection"] = {
            "active": counts.active.tolist(),
            "predicted": counts.predicted.tolist(),
            "hit": counts.hit.tolist(),
            "ap": detection.by_clip(pairs, len(clips)),
            "by_phrase": detection.by_phrase(pairs),
            "by_word": detection.by_word(pairs, words),
        }
    of_clips = []
    for number, clip in enumerate(clips):
        row = by_clip.get(clip.clip_id)
        value: dict[str, Any] = {"first_captions": ranked.first_captions.get(number, [])}
        if row is not None:
            value |= {"hop_s": row["hop_s"], "n_frames": row["n_frames"], "words": row["word_ids"]}
            value["similarities"] = packed(np.array(row["similarities"], np.uint8), "u1")
        value["scores"] = {
            phrase.phrase_id: packed(scores[phrase.phrase_id], "f4")
            for caption in clip.captions
            for phrase in caption.phrases
            if phrase.phrase_id in scores
        }
        of_clips.append(value)
    return Shown(summary, of_clips)


def _pairs(
    run: Run, clips: Sequence[Clip], by_clip: Mapping[str, Mapping[str, Any]]
) -> tuple[list[detection.Pair], dict[str, np.ndarray]]:
    """The clip-phrase pairs that were scored, and the scores by phrase id."""
    if run.column is None:
        return [], {}
    ids = run.scores["phrase_id"].to_pylist()
    scores = dict(zip(ids, run.scores[run.column].to_numpy(), strict=True))
    pairs = [
        detection.Pair(
            number,
            phrase.text,
            phrase.words,
            scores[phrase.phrase_id],
            sed.frame_labels(
                phrase.segments, len(scores[phrase.phrase_id]), by_clip[clip.clip_id]["hop_s"]
            ),
        )
        for number, clip in enumerate(clips)
        for caption in clip.captions
        for phrase in caption.phrases
        if phrase.phrase_id in scores
    ]
    return pairs, scores


def _check(run: Run, counts: detection.Counts, thresholds: np.ndarray) -> None:
    """Refuse to show other numbers than the run's own. Raises ArtifactError."""
    place = {threshold: n for n, threshold in enumerate(thresholds.tolist())}
    predicted, hit = counts.predicted.sum(axis=0), counts.hit.sum(axis=0)
    n_active = counts.active.sum()
    for point in run.points:
        n = place[point["threshold"]]
        f1 = 2.0 * hit[n] / (predicted[n] + n_active) if predicted[n] else 0.0
        if f1 != point["f1"]:
            raise ArtifactError(
                f"the clips of {run.title} come to F1 {f1} at threshold {point['threshold']}, and "
                f"its curve says {point['f1']}: its files are not of one evaluation",
                REMAKE,
            )
