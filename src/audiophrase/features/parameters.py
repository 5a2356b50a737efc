"""Parameters of the features."""

from typing import Annotated

from msgspec import Meta

from audiophrase.parameters.declare import section, top_level


@section
class LogMelParams:
    """Of log-mel spectra."""

    sample_rate_hz: Annotated[int, Meta(ge=8000, le=192_000)] | None
    window_s: Annotated[float, Meta(gt=0, le=1)]
    hop_s: Annotated[float, Meta(gt=0, le=1)]
    n_mels: Annotated[int, Meta(ge=1, le=512)]
    fmin_hz: Annotated[float, Meta(ge=0)]
    fmax_hz: Annotated[float, Meta(gt=0)]
    log_floor: Annotated[float, Meta(gt=0)]


@top_level
class Features(LogMelParams):
    """The section `features` of params.yaml."""
