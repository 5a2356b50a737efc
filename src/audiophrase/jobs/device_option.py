"""The option of the jobs that compute with the encoder: none other shall need PyTorch."""

import click

from audiophrase.device import NAMES

device_option = click.option(
    "--device",
    type=click.Choice(NAMES),
    default="auto",
    show_default=True,
    help="Where to compute; `auto` is CUDA where there is any.",
)
