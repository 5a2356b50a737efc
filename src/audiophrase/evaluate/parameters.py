"""Parameters of the evaluation."""

from typing import Annotated, Literal

from msgspec import Meta

from audiophrase.parameters.declare import UNIQUE, AtLeastOne, Ks, Path, Seed, section, top_level


@section
class BootstrapParams:
    """Of percentile intervals over test clips."""

    seed: Seed
    n_resamples: Annotated[int, Meta(ge=100, le=100_000)]
    confidence: Annotated[float, Meta(ge=0.5, le=0.999)]
    n_thresholds: Annotated[int, Meta(ge=10, le=10_000)]


@section
class RetrievalParams:
    """Of retrieval among pools and among all."""

    seed: Seed
    pool_size: Annotated[int, Meta(ge=2)]
    n_repeats: AtLeastOne
    ks: Ks
    full_pool_ks: Ks
    map_k: AtLeastOne
    more_map_ks: Annotated[list[AtLeastOne], Meta(extra_json_schema=UNIQUE)]


@section
class ThresholdParams:
    """Of the points of a sampled curve."""

    first: Annotated[float, Meta(ge=0, le=1)]
    last: Annotated[float, Meta(ge=0, le=1)]
    step: Annotated[float, Meta(ge=0.0001, le=1)]


Share = Annotated[float, Meta(gt=0, le=1)]


@section
class PsdsParams:
    """Of PSDS, once for each share in `criteria`: that of a detection, and of an event, to be met."""

    criteria: Annotated[list[Share], Meta(min_length=1, extra_json_schema=UNIQUE)]
    max_false_per_hour: Annotated[float, Meta(gt=0)]


@section
class CollarParams:
    """How far a detection's ends may lie from an event's in event-based F1."""

    onset_s: Annotated[float, Meta(ge=0)]
    offset_s: Annotated[float, Meta(ge=0)]
    offset_share: Annotated[float, Meta(ge=0)]  # of the event's length, where that is more


@section
class ThAucParams:
    """Of the area under F1 by threshold, after the detections are smoothed."""

    n_thresholds: Annotated[int, Meta(ge=2, le=1000)]
    median_frames: Annotated[int, Meta(ge=1, le=999, extra_json_schema={"not": {"multipleOf": 2}})]
    max_gap_s: Annotated[float, Meta(ge=0)]


@section
class SedParams:
    """Of phrase-based sound event detection."""

    seed: Seed
    aggregations: Annotated[
        list[Literal["mean", "max"]], Meta(min_length=1, extra_json_schema=UNIQUE)
    ]
    min_max: bool
    thresholds: ThresholdParams
    reported_threshold: Annotated[float, Meta(ge=0, le=1)]
    partial_below: Annotated[float, Meta(gt=0, le=1)]
    psds: PsdsParams
    collars: CollarParams
    intersection: Share  # dtc and gtc of intersection-based F1 and of th_auc
    th_auc: ThAucParams


@top_level
class Evaluate:
    """The section `evaluate` of params.yaml."""

    only_clips_of: Path | None
    bootstrap: BootstrapParams
    retrieval: RetrievalParams
    sed: SedParams
