"""What is read off the scores of all phrases: the measures, their intervals, and those of a part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audiophrase.evaluate import baselines, bootstrap, sed
from audiophrase.evaluate.parameters import BootstrapParams

ALWAYS_ON = "always_on"


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


def read_off(
    detections: Detections, *, threshold: float, sampled_at: np.ndarray
) -> tuple[dict[str, dict[str, float]], dict[str, sed.Curve]]:
    """What the exact curves say, of which one at a time is held.

    Returns:
        Measures of each kind of scores and those of a detector that is always on, and the curve of
        each kind at the thresholds `sampled_at`.
    """
    at = f"at_{threshold:g}"
    active = np.concatenate(detections.active)
    measures, sampled = {}, {}
    for name, scores in detections.scores.items():
        exact = sed.curve(np.concatenate(scores), active)
        point = sed.at_thresholds(exact, np.array([threshold]))
        best, best_threshold = sed.best_f1(exact)
        measures[name] = {
            f"precision_{at}": float(point.precision[0]),
            f"recall_{at}": float(point.recall[0]),
            f"f1_{at}": float(point.f1[0]),
            "best_f1": best,
            "best_threshold": best_threshold,
            "average_precision": sed.average_precision(exact),
        }
        sampled[name] = sed.at_thresholds(exact, sampled_at)
    always = baselines.always_on(active)
    measures[ALWAYS_ON] = {f"{name}_{at}": value for name, value in always.items()}
    return measures, sampled


def intervals(
    detections: Detections, *, threshold: float, params: BootstrapParams
) -> dict[str, Any]:
    """Percentile intervals over the clips, by kind of scores and measure."""
    clips, clip_of_phrase = np.unique(detections.clip_of_phrase, return_inverse=True)
    rng = np.random.default_rng(params.seed)
    counts = bootstrap.resample(len(clips), params.n_resamples, rng)
    always = [np.ones(len(of_phrase), np.float32) for of_phrase in detections.active]
    found: dict[str, Any] = {"confidence": params.confidence, "n_resamples": params.n_resamples}
    for name, scores in {**detections.scores, ALWAYS_ON: always}.items():
        resamples = bootstrap.detection(
            scores,
            detections.active,
            clip_of_phrase,
            counts,
            threshold=threshold,
            n_thresholds=params.n_thresholds,
        )
        if name == ALWAYS_ON:
            del resamples["average_precision"]
        named = {
            key if key == "average_precision" else f"{key}_at_{threshold:g}": values
            for key, values in resamples.items()
        }
        found[name] = bootstrap.intervals(named, params.confidence)
    return found
