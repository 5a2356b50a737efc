"""Fetching the clips of a data set from YouTube, by hand."""

import subprocess
import sys
from pathlib import Path

import click

from audiophrase.configfiles import configfiles
from audiophrase.errors import AudiophraseError
from audiophrase.jobs.fetch_clips import fetch_or_say_why, settings_of
from audiophrase.youtube import engine
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.preflight import SetupError


@click.command()
@click.argument("dataset")
@configfiles
@click.option("--dry-run", "-n", is_flag=True, help="Tell what would be done; ask nothing.")
@click.option("--recheck", is_flag=True, help="Ask again for clips that could not be had.")
def fetch(dataset: str, configfiles: tuple[Path, ...], dry_run: bool, recheck: bool) -> int:
    """Fetch the clips of DATASET from YouTube; safe to interrupt and run again.

    Exit codes: 0 every clip was tried; 3 incomplete, run it again; 4 YouTube blocks, come back
    later; 5 something must be put right here first.
    """
    places = engine.Places.of(dataset)
    try:
        run_params, sources = settings_of(dataset, configfiles)
        if not places.clips.exists():
            _make(places.clips, configfiles)
        if dry_run:
            engine.show_plan(places, run_params, recheck=recheck, sources=sources)
            return Exit.DONE
        code = fetch_or_say_why(places, run_params, sources, recheck=recheck)
        if code == Exit.DONE and Path("Snakefile").exists():
            # Snakemake writes the same table once more, and so knows it for its own.
            # What that tells was told above: it goes to its log.
            _make(places.attempts, configfiles, "--forcerun", "fetch_clips", silent=True)
    except AudiophraseError as error:
        click.echo(f"error: {error}", err=True)
        return Exit.SETUP
    return code


def _make(
    target: Path, configfiles: tuple[Path, ...], *arguments: str, silent: bool = False
) -> None:
    """Let Snakemake make a table; a silent one speaks only of failure."""
    overlays = ["--configfile", *map(str, configfiles)] if configfiles else []
    command = [sys.executable, "-m", "snakemake", "--cores", "1", str(target), *overlays]
    output = {"stdout": sys.stderr}
    if silent:
        output = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    made = subprocess.run([*command, *arguments], **output, check=False)
    if made.returncode:
        click.echo(made.stdout or "", err=True, nl=False)
        raise SetupError(
            f"Snakemake could not make {target}", "see what it says above, and run this again"
        )
