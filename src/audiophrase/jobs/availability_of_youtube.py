"""Which clips could be had, and why the others could not, where YouTube was asked."""

from pathlib import Path
from typing import Any

import click

from audiophrase.jobs.availability_files import availability_options, write_availability
from audiophrase.options import file_option
from audiophrase.youtube.attempts import read_table
from audiophrase.youtube.history import fold


@click.command()
@availability_options
@file_option("--attempts", "Table of the attempts to get clips from YouTube.")
def availability_of_youtube(source: str, attempts: Path, **files: Any) -> None:
    """Write down which clips could be had, and why the others could not."""
    histories = fold(read_table(attempts).to_pylist())
    write_availability(source, histories=histories, **files)
