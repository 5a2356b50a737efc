"""Parameters of the features, and the front ends that there are.

A front end turns the samples of a clip into frames: it is the module of its name in `features`.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from audiophrase.parameters.declare import Path, section, top_level

Rate = Annotated[int, Meta(ge=8000, le=192_000)]


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """The keys of params.yaml that a front end's frames depend on."""

    section: str
    without: tuple[str, ...] = ()  # keys of the section that mean nothing to it
    file: str | None = None  # key that names the file of a frozen network
    n_values: str | None = None  # key of F, the number of values a frame, where one tells it


FRONT_ENDS = {
    "log-mel": FrontEnd("features", n_values="n_mels"),  # the paper
    "log-mel-native": FrontEnd("features", without=("sample_rate_hz",), n_values="n_mels"),
    "onnx": FrontEnd("features.onnx", file="file"),
}


@section
class LogMelParams:
    """Of log-mel spectra."""

    window_s: Annotated[float, Meta(gt=0, le=1)]
    hop_s: Annotated[float, Meta(gt=0, le=1)]
    n_mels: Annotated[int, Meta(ge=1, le=512)]
    fmin_hz: Annotated[float, Meta(ge=0)]
    fmax_hz: Annotated[float, Meta(gt=0)]
    log_floor: Annotated[float, Meta(gt=0)]
    sample_rate_hz: Rate | None = None  # None: each file's own
    edges: Literal["zeros", "reflect"] = "zeros"


@section
class OnnxParams:
    """Of a frozen network."""

    output: Path | None  # None: the only one
    sample_rate_hz: Rate
    hop_s: Annotated[float, Meta(gt=0, le=10)]


@top_level
class Onnx(OnnxParams):
    """The section `features.onnx` of params.yaml."""

    file: Path | None


@top_level
class Features(LogMelParams):
    """The section `features` of params.yaml."""

    front_end: Literal[tuple(FRONT_ENDS)]
    onnx: Onnx
