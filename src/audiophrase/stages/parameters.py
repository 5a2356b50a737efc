"""Checking parameters without running anything."""

from pathlib import Path

import click

from audiophrase import params
from audiophrase.stages.options import file_argument


@click.command()
@file_argument("path", default=Path("params.yaml"))
def check_params(path: Path) -> None:
    """Check a params file (params.yaml where none is named) as the Snakefile does."""
    checked = params.load(path)
    click.echo(f"{path} is valid; data sets: {', '.join(checked['datasets'])}")
