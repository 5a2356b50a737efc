"""The option that names parameters laid over params.yaml, and how it is named in what users read."""

import os
import shlex
from collections.abc import Iterable
from pathlib import Path

import click

_VARIABLE = "AUDIOPHRASE_CONFIGFILES"

configfiles = click.option(
    "--configfile",
    "configfiles",
    multiple=True,
    envvar=_VARIABLE,
    type=click.Path(path_type=Path),
    help="Parameters laid over params.yaml, as for snakemake; may be given several times.",
)


def of_workflow() -> list[Path]:
    """The params files that the Snakemake which called a job was given."""
    return [Path(path) for path in os.environ.get(_VARIABLE, "").split(os.pathsep) if path]


def fetch_command(dataset: str, configfiles: Iterable[Path]) -> str:
    """`audiophrase fetch` with all that it takes to fetch the same, to be pasted."""
    return shlex.join(
        ["audiophrase", "fetch", dataset]
        + [word for path in configfiles for word in ("--configfile", _short(path))]
    )


def snakemake_command(target: str, configfiles: Iterable[Path]) -> str:
    """The same for Snakemake: the target comes first, as --configfile takes every word behind it."""
    paths = [_short(path) for path in configfiles]
    return shlex.join(["snakemake", target, *(["--configfile", *paths] if paths else [])])


def _short(path: Path) -> str:
    """A path from the working folder on, where it lies within that."""
    path = Path(path)
    return (
        os.path.relpath(path)
        if path.is_absolute() and path.is_relative_to(os.getcwd())
        else str(path)
    )
