"""The parameters of detection, as in params.yaml."""

from dataclasses import replace
from typing import Any

from audiophrase.evaluate.parameters import (
    CollarParams,
    PsdsParams,
    SedParams,
    ThAucParams,
    ThresholdParams,
)

_AS_GIVEN = SedParams(
    seed=1,
    aggregations=["mean", "max"],
    min_max=True,
    thresholds=ThresholdParams(first=0.01, last=0.99, step=0.01),
    reported_threshold=0.5,
    partial_below=0.5,
    psds=PsdsParams(criteria=[0.7, 0.5, 0.1], max_false_per_hour=800.0),
    collars=CollarParams(onset_s=0.2, offset_s=0.2, offset_share=0.2),
    intersection=0.5,
    th_auc=ThAucParams(n_thresholds=50, median_frames=3, max_gap_s=0.5),
)


def sed_params(**changes: Any) -> SedParams:
    return replace(_AS_GIVEN, **changes)
