"""What evaluations take and read alike: a trained encoder, word vectors, and clips of the test split."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import reduce, wraps
from pathlib import Path
from typing import Any

import click
from torch import Tensor

from audiophrase.jobs.common_clips import Restriction, only_clips_option, restrict
from audiophrase.jobs.device_option import device_option
from audiophrase.model.encoders import Encoder
from audiophrase.options import file_argument, file_option, settings
from audiophrase.settings import Settings
from audiophrase.training_data import Clips, read_clips_within, read_encoder, read_vectors

_OPTIONS = (
    settings,
    device_option,
    file_option("--model", "Weights of the encoder."),
    file_option("--model-json", "Their description."),
    file_option("--vocabulary", "Vocabulary with vectors."),
    file_argument("features", nargs=-1, required=True),
    only_clips_option,
    click.option(
        "--resident-mb",
        type=int,
        required=True,
        help="Features larger than this (MB) stay on disk.",
    ),
    file_option("--cache", "Folder where they are unpacked."),
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A trained encoder and what it is evaluated on."""

    encoder: Encoder
    vectors: Tensor  # (V, D) of the vocabulary, of length one
    clips: Clips  # those that are evaluated
    restriction: Restriction | None  # what was left out, and by which file


@dataclass(frozen=True, slots=True)
class EvaluatedRun:
    """The values of the options that evaluations share."""

    settings: Settings
    device: str
    model: Path
    model_json: Path
    vocabulary: Path
    features: tuple[Path, ...]
    only_clips_of: Path | None
    resident_mb: int
    cache: Path

    def read(self) -> Evaluated:
        """Load it all. Raises AudiophraseError where a file is not what it should be."""
        vectors = read_vectors(self.vocabulary, self.settings)
        encoder = read_encoder(
            self.model, self.model_json, vectors.shape[1], self.settings, self.device
        )
        every_clip = read_clips_within(
            self.features, self.settings, resident_mb=self.resident_mb, cache=self.cache
        )
        return Evaluated(encoder, vectors, *restrict(every_clip, self.only_clips_of))


def evaluation_options(command: Callable) -> Callable:
    """Add the options that evaluations share, and hand them over as one, an `EvaluatedRun`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        shared = {field.name: given.pop(field.name) for field in fields(EvaluatedRun)}
        return command(EvaluatedRun(**shared), **given)

    return reduce(lambda decorated, option: option(decorated), reversed(_OPTIONS), gathered)
