"""Checking parameters without running anything."""

from pathlib import Path

import click

from audiophrase import params
from audiophrase.options import file_argument


@click.command()
@file_argument("paths", nargs=-1)
def check_params(paths: tuple[Path, ...]) -> None:
    """Check PATHS (params.yaml where none is named) as the Snakefile does before any job.

    Each file is laid over the one before: `check-params params.yaml my-params.yaml`.
    """
    checked = params.load(*(paths or (Path("params.yaml"),)))
    click.echo(f"valid; data sets: {', '.join(checked['datasets'])}")
