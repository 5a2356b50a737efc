"""The option of the jobs that run a frozen network, or say which was run."""

from pathlib import Path

import click

network_option = click.option(
    "--network",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of a frozen network, where the front end is one.",
)
