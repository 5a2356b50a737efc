"""What is read off the scores of phrases, all or a part: rows of measures with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate import baselines, bootstrap, sed
from audiophrase.evaluate.parameters import BootstrapParams
from audiophrase.evaluate.rows import ALWAYS_ON, SED, Row, facts


@dataclass(frozen=True, slots=True)
class Detections:
    """Clip-phrase pairs: what was scored, and what is heard."""

    scores: Mapping[str, Sequence[np.ndarray]]  # kind of scores -> (T,) a pair
    active: Sequence[np.ndarray]  # (T,) bool a pair
    clip_of_phrase: Sequence[int]  # the number of each pair's clip

    @property
    def prevalence(self) -> float:
        """The share of active frames."""
        return float(np.concatenate(self.active).mean())

    @property
    def counts(self) -> dict[str, int]:
        return {
            "n_clips": len(set(self.clip_of_phrase)),
            "n_phrases": len(self.active),
            "n_frames": sum(len(of_phrase) for of_phrase in self.active),
        }


def partial(detections: Detections, below: float) -> Detections | None:
    """The phrases active in less than a share of their clip; None where none of them is heard.

    A phrase active in most of its clip says little: whoever calls every frame active is right.
    """
    chosen = [n for n, of in enumerate(detections.active) if of.mean() < below]
    if not any(detections.active[n].any() for n in chosen):
        return None
    return Detections(
        {name: [of[n] for n in chosen] for name, of in detections.scores.items()},
        [detections.active[n] for n in chosen],
        [detections.clip_of_phrase[n] for n in chosen],
    )


def measure(
    detections: Detections,
    *,
    part: str,
    threshold: float,
    sampled_at: np.ndarray,
    params: BootstrapParams,
) -> tuple[list[Row], dict[str, sed.Curve]]:
    """The measures of `sed.AT_THRESHOLD` and `sed.OF_CURVE` with their intervals over the clips.

    Returns:
        Counts and prevalence, the measures of each kind of scores, then those of a detector that is
        always on; and the curve of each kind at the thresholds `sampled_at`.
    """
    clips, clip_of_phrase = np.unique(detections.clip_of_phrase, return_inverse=True)
    counts = bootstrap.resample(len(clips), params.n_resamples, np.random.default_rng(params.seed))
    active = np.concatenate(detections.active)
    rows = facts(SED, part, {**detections.counts, "prevalence": detections.prevalence})

    def of_scores(
        name: str, scores: Sequence[np.ndarray], values: Mapping[str, float]
    ) -> list[Row]:
        resamples = bootstrap.detection(
            scores,
            detections.active,
            clip_of_phrase,
            counts,
            threshold=threshold,
            n_thresholds=params.n_thresholds,
        )
        return [
            Row(
                task=SED,
                part=part,
                scores=name,
                measure=measured,
                parameter=threshold if measured in sed.AT_THRESHOLD else None,
                value=value,
                n=len(active),
                **(
                    bootstrap.interval(resamples[measured], params.confidence)
                    if measured in resamples
                    else {}
                ),
            )
            for measured, value in values.items()
        ]

    sampled = {}
    for name, scores in detections.scores.items():
        values, sampled[name] = _read_off(scores, active, threshold, sampled_at)
        rows += of_scores(name, scores, values)
    always = [np.ones(len(of_phrase), np.float32) for of_phrase in detections.active]
    rows += of_scores(ALWAYS_ON, always, baselines.always_on(active))
    return rows, sampled


def _read_off(
    scores: Sequence[np.ndarray], active: np.ndarray, threshold: float, sampled_at: np.ndarray
) -> tuple[dict[str, float], sed.Curve]:
    """What the exact curve says, which is held no longer than that."""
    exact = sed.curve(np.concatenate(scores), active)
    point = sed.at_thresholds(exact, np.array([threshold]))
    values = {name: of_point(point) for name, of_point in sed.AT_THRESHOLD.items()}
    values |= {name: of_curve(exact) for name, of_curve in sed.OF_CURVE.items()}
    return values, sed.at_thresholds(exact, sampled_at)
