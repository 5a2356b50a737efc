"""Parameters of training, and the encoders and losses that there are, each with its own.

An encoder or a loss is the module of its name in `model.encoders` or `model.losses`; here stand its
parameters, what an encoder asks of the frames that it is given, and the two tables of names.
"""

import math
from collections.abc import Iterator
from dataclasses import field, make_dataclass
from typing import Annotated, Any, Literal

from msgspec import Meta

from audiophrase.parameters.declare import UNIQUE, AtLeastOne, Seed, section, top_level

Problem = tuple[str, str]  # what is wrong, and what to do about it


@section
class CRNNParams:
    """Of the encoder `crnn` (the paper's): convolutional blocks, then a bidirectional GRU."""

    n_channels: Annotated[list[AtLeastOne], Meta(min_length=1)]
    pooling: Annotated[
        list[Annotated[list[AtLeastOne], Meta(min_length=2, max_length=2)] | None],
        Meta(min_length=1, description="(time, mel) after each block"),
    ]
    pooling_norm: Literal[4]
    leaky_slope: Annotated[float, Meta(ge=0, le=1)]
    dropout: Annotated[float, Meta(ge=0, lt=1)]

    def problems(
        self, *, n_features: int | None, n_dimensions: int | None, n_frames: int | None = None
    ) -> Iterator[Problem]:
        """Why it cannot encode frames of F = `n_features` values, `n_frames` of the shortest clip.

        None: not known yet.
        """
        if n_dimensions is not None and n_dimensions % 2:
            yield (
                f"the word vectors have {n_dimensions} dimensions, which is odd",
                "choose vectors of an even number (text.word2vec.n_dimensions): D / 2 GRU units each",
            )
        if len(self.pooling) != len(self.n_channels):
            yield (
                "train.crnn.pooling and n_channels differ in length",
                "give one entry a block",
            )
        kernels = [kernel for kernel in self.pooling if kernel]
        by_time, by_mel = (math.prod(kernel[axis] for kernel in kernels) for axis in (0, 1))
        if n_frames is not None and by_time > n_frames:
            yield (
                f"train.crnn.pooling needs {by_time} frames, but the shortest clip has {n_frames}",
                "shorten the hop, raise retrieve.min_length_s, or choose another encoder",
            )
        if n_features is not None and by_mel != n_features:
            yield (
                f"train.crnn.pooling divides the mel bands by {by_mel}, "
                + f"but a frame of the features has {n_features} values",
                "make the product of its second numbers equal to that, or choose another encoder",
            )


@section
class MLPParams:
    """Of the encoder `mlp`: a small head over frames that a frozen network may have made."""

    n_hidden: AtLeastOne
    dropout: Annotated[float, Meta(ge=0, lt=1)]
    n_gru: Annotated[
        int, Meta(ge=0, description="units a direction of a GRU over the hidden layer; 0: none")
    ]

    def problems(
        self, *, n_features: int | None, n_dimensions: int | None, n_frames: int | None = None
    ) -> Iterator[Problem]:
        """It encodes any frames."""
        return iter(())


@section
class TripletParams:
    """Of the loss `triplet` (the paper's, equation 4)."""

    margin: Annotated[float, Meta(ge=0)]


@section
class InfoNCEParams:
    """Of the loss `infonce`."""

    temperature: Annotated[float, Meta(gt=0, le=100)]


# By name: the class of its parameters, where params.yaml has to give them; or an object of the class,
# which is what they are where it does not.
ENCODERS: dict[str, Any] = {
    "crnn": CRNNParams,
    "mlp": MLPParams,
}
LOSSES: dict[str, Any] = {
    "triplet": TripletParams,
    "infonce": InfoNCEParams,
}


@section
class PlateauParams:
    """Of the learning rate's fall."""

    factor: Annotated[float, Meta(gt=0, lt=1)]
    patience: Annotated[int, Meta(ge=0)]
    threshold: Annotated[float, Meta(ge=0)]
    threshold_mode: Literal["abs", "rel"] = "abs"


@section
class StoppingParams:
    """Of early stopping."""

    rule: Literal["patience", "spread"]
    patience: AtLeastOne
    window: Annotated[int, Meta(ge=2)]
    spread: Annotated[float, Meta(ge=0)]
    min_epochs: Annotated[int, Meta(ge=0)]


@section
class TrainParams:
    """Of training, whatever the encoder and the loss."""

    encoder: Literal[tuple(ENCODERS)]
    loss: Literal[tuple(LOSSES)]
    n_threads: Annotated[int, Meta(ge=1, le=1024)]
    precision: Literal["float32", "bf16"]
    deterministic: bool
    batch_size: Annotated[int, Meta(ge=2)]
    max_epochs: AtLeastOne
    learning_rate: Annotated[float, Meta(gt=0, le=1)]
    score: Literal["mean", "max_frames", "max_words"]
    shuffle_pairs: bool
    unknown_words: Literal["shared", "left_out"]
    plateau: PlateauParams
    stopping: StoppingParams
    fixed_validation_impostors: bool
    padding: Literal["quietest", "zero"] = "quietest"


@top_level
class _Train(TrainParams):
    """What lies in the section `train`, the parts of encoders and losses aside."""

    seeds: Annotated[list[Seed], Meta(min_length=1, extra_json_schema=UNIQUE)]
    device: Literal["auto", "cpu", "cuda"]
    resident_mb: Annotated[int, Meta(ge=0)]


def _part(name: str, declared: Any) -> tuple[Any, ...]:
    if isinstance(declared, type):
        return name, declared
    return name, type(declared), field(default=declared)


Train = make_dataclass(
    "Train",
    [_part(*each) for each in (ENCODERS | LOSSES).items()],
    bases=(_Train,),
    namespace={"__doc__": "The section `train` of params.yaml.", "__module__": __name__},
    frozen=True,
    kw_only=True,
)
