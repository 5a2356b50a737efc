"""What both evaluations take: a trained encoder, word vectors, and the clips of the test split."""

from collections.abc import Callable
from functools import reduce

import click

from audiophrase.jobs.common_clips import only_clips_option
from audiophrase.jobs.device_option import device_option
from audiophrase.options import file_argument, file_option, settings

_SHARED = (
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


def evaluation_options(command: Callable) -> Callable:
    """Add the options that both evaluations share."""
    return reduce(lambda decorated, option: option(decorated), reversed(_SHARED), command)
