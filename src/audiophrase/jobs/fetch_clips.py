"""Fetching the clips of a data set from YouTube: what is told is kept in a log, too."""

import sys
from contextlib import redirect_stderr
from pathlib import Path

import click

from audiophrase.configfiles import configfiles
from audiophrase.youtube.engine import Places
from audiophrase.youtube.fetching import fetch_or_say_why, settings_of
from audiophrase.youtube.progress import Told


@click.command()
@click.argument("dataset")
@configfiles
@click.option("--log", type=click.Path(path_type=Path), required=True, help="What is told, again.")
def fetch_clips(dataset: str, configfiles: tuple[Path, ...], log: Path) -> int:
    """Fetch the clips of DATASET, then write its attempts.parquet, or fail and write nothing."""
    places = Places.of(dataset, configfiles)
    with log.open("w", encoding="utf-8") as file, redirect_stderr(Told(sys.stderr, file)):
        return fetch_or_say_why(places, *settings_of(dataset, configfiles), recheck=False)
