"""What is read off the scores of phrases, all or a part: rows of measures with their intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audiophrase.evaluate import baselines, bootstrap, grounding, sed
from audiophrase.evaluate.auroc import auroc
from audiophrase.evaluate.events import annotated
from audiophrase.evaluate.parameters import BootstrapParams, SedParams
from audiophrase.evaluate.rows import ALWAYS_ON, SED, Row, facts


@dataclass(frozen=True, slots=True)
class Detections:
    """Clip-phrase pairs: what was scored, and what is heard."""

    scores: Mapping[str, Sequence[np.ndarray]]  # kind of scores -> (T,) a pair
    active: Sequence[np.ndarray]  # (T,) bool a pair
    clip_of_phrase: Sequence[int]  # the number of each pair's clip
    segments: Sequence[Sequence[Mapping[str, float]]]  # annotated, `onset_s` and `offset_s`, a pair
    hops_s: Sequence[float]  # between two frames, a pair

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
    chosen = [n for n, active in enumerate(detections.active) if active.mean() < below]
    if not any(detections.active[n].any() for n in chosen):
        return None
    return Detections(
        {name: [scores[n] for n in chosen] for name, scores in detections.scores.items()},
        [detections.active[n] for n in chosen],
        [detections.clip_of_phrase[n] for n in chosen],
        [detections.segments[n] for n in chosen],
        [detections.hops_s[n] for n in chosen],
    )


def measure(
    detections: Detections,
    *,
    part: str,
    sampled_at: np.ndarray,
    params: SedParams,
    resampling: BootstrapParams,
) -> tuple[list[Row], dict[str, sed.Curve]]:
    """The measures of `sed.AT_THRESHOLD`, `sed.OF_CURVE` and `grounding`, for each kind of scores.

    Returns:
        Counts and prevalence, the measures of each kind of scores, then those of a detector that is
        always on, with intervals over the clips where they are ratios of sums over clips; and the
        curve of each kind at the thresholds `sampled_at`.
    """
    clips, clip_of_phrase = np.unique(detections.clip_of_phrase, return_inverse=True)
    rng = np.random.default_rng(resampling.seed)
    counts = bootstrap.resample(len(clips), resampling.n_resamples, rng)
    active = np.concatenate(detections.active)
    threshold = params.reported_threshold
    hops_s = np.asarray(detections.hops_s)
    n_frames = [len(of_phrase) for of_phrase in detections.active]
    pairs = grounding.Pairs(annotated(detections.segments, n_frames, hops_s), hops_s)
    rows = facts(SED, part, {**detections.counts, "prevalence": detections.prevalence})

    def row(name: str, measured: str, parameter: float | None, value: float, **more) -> Row:
        return Row(
            task=SED,
            part=part,
            scores=name,
            measure=measured,
            parameter=parameter,
            value=value,
            **more,
        )

    def of_frames(name: str, scores: Sequence[np.ndarray], values: Mapping[str, float]) -> None:
        resamples = bootstrap.detection(
            scores,
            detections.active,
            clip_of_phrase,
            counts,
            threshold=threshold,
            n_thresholds=resampling.n_thresholds,
        )
        for measured, value in (values | _auroc(scores, active)).items():
            at = threshold if measured in sed.AT_THRESHOLD else None
            between = (
                bootstrap.interval(resamples[measured], resampling.confidence)
                if measured in resamples
                else {}
            )
            rows.append(row(name, measured, at, value, n=len(active), **between))

    def of_events(name: str, scores: Sequence[np.ndarray]) -> None:
        for each in grounding.values(scores, pairs, threshold=threshold, params=params):
            between = {}
            if each.either is not None:
                of_clips = (
                    np.bincount(clip_of_phrase, weights=of_pairs, minlength=len(clips))
                    for of_pairs in (each.twice_true, each.either)
                )
                ratios = bootstrap.ratios(*of_clips, counts)
                between = bootstrap.interval(ratios, resampling.confidence)
            n = len(pairs.events.pair)
            rows.append(row(name, each.measure, each.parameter, each.value, n=n, **between))

    sampled = {}
    for name, scores in detections.scores.items():
        values, sampled[name] = _read_off(scores, active, threshold, sampled_at)
        of_frames(name, scores, values)
        of_events(name, scores)
    always = [np.ones(n, np.float32) for n in n_frames]
    of_frames(ALWAYS_ON, always, baselines.always_on(active))
    of_events(ALWAYS_ON, always)
    return rows, sampled


def _auroc(scores: Sequence[np.ndarray], active: np.ndarray) -> dict[str, float]:
    """By its name; nothing where every frame is active."""
    area = auroc(np.concatenate(scores), active)
    return {} if area is None else {"auroc": float(area)}


def _read_off(
    scores: Sequence[np.ndarray], active: np.ndarray, threshold: float, sampled_at: np.ndarray
) -> tuple[dict[str, float], sed.Curve]:
    """What the exact curve says, which is held no longer than that."""
    exact = sed.curve(np.concatenate(scores), active)
    point = sed.at_thresholds(exact, np.array([threshold]))
    values = {name: of_point(point) for name, of_point in sed.AT_THRESHOLD.items()}
    values |= {name: of_curve(exact) for name, of_curve in sed.OF_CURVE.items()}
    return values, sed.at_thresholds(exact, sampled_at)
