"""Fetching the clips of a data set from YouTube, by hand."""

import re
import subprocess
import sys
from pathlib import Path

import click

from audiophrase.configfiles import configfiles
from audiophrase.errors import AudiophraseError
from audiophrase.prose import tell
from audiophrase.youtube import engine
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.fetching import fetch_or_say_why, settings_of
from audiophrase.youtube.preflight import SetupError

# A mistake as our jobs and the Snakefile tell it, among all that Snakemake prints.
_MISTAKE = re.compile(
    r"(?m)^error: (?P<problem>.*(\n  (?!What to do: ).*)*)(\n  What to do: (?P<remedy>.*))?"
)
_NOTE = re.compile(r"(?m)^note: .*$")


@click.command()
@click.argument("dataset")
@configfiles
@click.option(
    "--dry-run", "-n", is_flag=True, help="Tell what would be done; ask nothing of YouTube."
)
@click.option("--recheck", is_flag=True, help="Ask again for clips that could not be had.")
def fetch(dataset: str, configfiles: tuple[Path, ...], dry_run: bool, recheck: bool) -> int:
    """Fetch the clips of DATASET from YouTube; safe to interrupt and run again.

    The tables of its annotations are made first if they are not there, for --dry-run, too.

    Exit codes: 0 every clip was tried; 3 incomplete, run it again; 4 YouTube blocks, come back
    later; 5 something must be put right here first.
    """
    places = engine.Places.of(dataset, configfiles)
    try:
        run_params, sources = settings_of(dataset, configfiles)
        if not places.clips.exists():
            click.echo(f"making {places.clips} and the tables beside it", err=True)
            _make(places.clips, configfiles)
        if dry_run:
            engine.show_plan(places, run_params, recheck=recheck, sources=sources)
            return Exit.DONE
        code = fetch_or_say_why(places, run_params, sources, recheck=recheck)
        if code == Exit.DONE and Path("Snakefile").exists():
            # Snakemake writes the same table once more, and so knows it for its own.
            # What that tells was told above: it goes to its log.
            _make(places.attempts, configfiles, "--forcerun", "fetch_clips")
    except AudiophraseError as error:
        tell(f"error: {error}", err=True)
        return Exit.SETUP
    return code


def _make(target: Path, configfiles: tuple[Path, ...], *arguments: str) -> None:
    """Let Snakemake make a table in silence, but for what jobs note.

    Raises:
        AudiophraseError: with the cause, if it fails.
    """
    overlays = ["--configfile", *map(str, configfiles)] if configfiles else []
    command = [sys.executable, "-m", "snakemake", "--cores", "1", str(target), *overlays]
    made = subprocess.run(
        [*command, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if not made.returncode:
        for note in dict.fromkeys(_NOTE.findall(made.stdout)):
            tell(note, err=True)
        return
    if mistake := _MISTAKE.search(made.stdout):
        raise SetupError(mistake["problem"], mistake["remedy"])
    click.echo(made.stdout, err=True, nl=False)
    raise SetupError(
        f"Snakemake could not make {target}", "see what it says above, and run this again"
    )
