"""Asking YouTube again for what a data set lacks, and what that changed."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from audiophrase.clips.audit import difference
from audiophrase.commands.availability import read_availability, table_of
from audiophrase.configfiles import fetch_command
from audiophrase.errors import AudiophraseError
from audiophrase.prose import tell
from audiophrase.report.availability import difference_blocks
from audiophrase.report.terminal import show
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.fetching import settings_of
from audiophrase.youtube.preflight import SetupError

EXIT_INTERRUPTED = 130


def recheck_clips(dataset: str, configfiles: Sequence[Path], max_listed: int | None) -> None:
    """Ask again, make the tables again, and tell what changed; or exit as fetching did."""
    try:
        settings_of(dataset, tuple(configfiles))  # of clips from YouTube alone
        if not table_of(dataset).is_file():
            raise SetupError(
                f"a re-check is compared with the table before it, and there is no {table_of(dataset)}",
                f"`{fetch_command(dataset, configfiles)} --recheck` asks again and does not compare",
            )
    except AudiophraseError as error:
        tell(f"error: {error}", err=True)
        sys.exit(Exit.SETUP)
    before = read_availability(dataset, configfiles)
    files = [f"--configfile={path}" for path in configfiles]
    code = _run("audiophrase", "fetch", dataset, "--recheck", *files)
    if code:
        if code != Exit.SETUP:  # then nothing had begun
            tell("the re-check did not come to its end: the tables stay as they were", err=True)
        sys.exit(code if code > 0 else EXIT_INTERRUPTED)
    target = str(table_of(dataset).with_suffix(".csv"))
    files = ["--configfile", *map(str, configfiles)] if configfiles else []
    if made := _run("snakemake", "--cores", "all", target, *files):
        sys.exit(made)
    click.echo(f"Changes by this re-check of {dataset}")
    changes = difference(before, read_availability(dataset, configfiles))
    show(difference_blocks(changes, max_listed=max_listed))
    click.echo()


def _run(*command: str) -> int:
    return subprocess.run([sys.executable, "-m", *command], check=False).returncode
