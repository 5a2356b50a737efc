"""Checking parameters without running anything."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from audiophrase import params
from audiophrase.errors import AudiophraseError
from audiophrase.options import file_argument
from audiophrase.params.files import require_files
from audiophrase.prose import tell


@click.command()
@file_argument("paths", nargs=-1)
def check_params(paths: tuple[Path, ...]) -> None:
    """Check PATHS (params.yaml where none is named) as the Snakefile does before any job.

    Each file is laid over the one before: `check-params params.yaml my-params.yaml`. The files
    that they name must be there for the data sets under `build`; of others it is told.
    """
    checked = params.load(*(paths or (Path("params.yaml"),)))
    missing = _unready(checked)
    for name in checked["build"]:
        if name in missing:
            raise missing[name]
    ready = [name for name in checked["datasets"] if name not in missing]
    tell(f"valid; data sets: {', '.join(ready)}")
    for error in missing.values():
        tell(f"not under `build`, nor to be made yet: {error.problem}")


def _unready(checked: Mapping[str, Any]) -> dict[str, AudiophraseError]:
    """Why the data sets whose files are not named or not there cannot be made."""
    errors: dict[str, AudiophraseError] = {}
    for name in checked["datasets"]:
        try:
            require_files(checked, name)
        except AudiophraseError as error:
            said = f"data set '{name}'"
            problem = error.problem if said in error.problem else f"{said}: {error.problem}"
            errors[name] = AudiophraseError(problem, error.remedy)
    return errors
