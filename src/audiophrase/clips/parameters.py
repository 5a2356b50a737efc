"""Parameters of the clips: what becomes of them, and how they are come by."""

from typing import Annotated

from msgspec import Meta

from audiophrase.parameters.declare import (
    UNIQUE,
    AtLeastOne,
    Counts,
    Path,
    Seed,
    section,
    top_level,
)


@section
class ClipParams:
    """Of every source: which clips are used."""

    silent_below_dbfs: Annotated[float, Meta(le=0)]
    short_by_s: Annotated[float, Meta(ge=0)]
    min_length_s: Annotated[float, Meta(ge=0.1)]


@section
class RenderParams:
    """Of rendered clips."""

    seed: Seed
    sample_rate_hz: Annotated[int, Meta(ge=8000, le=192_000)]
    n_withdrawn: Counts


@section
class RunParams:
    """How YouTube is asked: keys of `retrieve` that change no clip's bytes."""

    canaries: Annotated[
        list[Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{11}$")]], Meta(extra_json_schema=UNIQUE)
    ]
    canary_every: AtLeastOne
    canary_s: Annotated[float, Meta(gt=0, le=10)]
    videos_per_hour: Annotated[float, Meta(gt=0)]
    jitter: Annotated[float, Meta(ge=0, le=0.9)]
    attempts: Annotated[int, Meta(ge=1, le=100)]
    backoff_s: Annotated[float, Meta(ge=0, le=86_400)]
    max_streak: AtLeastOne
    max_pause_s: Annotated[float, Meta(ge=0, le=86_400)]
    n_threads: Annotated[int, Meta(ge=1, le=16)]
    timeout_s: Annotated[float, Meta(ge=0.1, le=600)]


@top_level
class Retrieve(ClipParams, RunParams):
    """The section `retrieve` of params.yaml."""

    folder: Path | None
    render: RenderParams
