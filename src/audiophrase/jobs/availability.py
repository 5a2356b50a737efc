"""Which clips could be had, and why the others could not, where YouTube was not asked."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import click

from audiophrase import tables
from audiophrase.clips.availability import attempts_table
from audiophrase.jobs.availability_files import (
    availability_options,
    provenance,
    write_availability,
)
from audiophrase.options import file_option


@click.command()
@availability_options
@file_option("--attempts", "Table of attempts to write.")
def availability(source: str, attempts: Path, **files: Any) -> None:
    """Write down which clips could be had, and why the others could not; an attempt for each."""
    written = write_availability(source, **files)
    tool = {"local": "av"}.get(source, "audiophrase")
    tried = attempts_table(written, versions=f"{tool} {version(tool)}")
    tables.write(attempts, tried, stage="attempts", settings=provenance(source))
