"""Stage retrieve, for clips from YouTube: fetching them all."""

import os
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path

import click

from audiophrase import params
from audiophrase.clips.mixture import Sources
from audiophrase.clips.parameters import RunParams
from audiophrase.errors import AudiophraseError
from audiophrase.params.consistency import clip_sources
from audiophrase.stages.options import configfiles
from audiophrase.youtube import engine
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.preflight import SetupError
from audiophrase.youtube.progress import Told
from audiophrase.youtube.run import DISK_ERRORS

_MEND = "see to the disk and to the folder cache/, then run the same command again"


@click.command()
@click.argument("dataset")
@configfiles
@click.option("--dry-run", "-n", is_flag=True, help="Tell what would be done; ask nothing.")
@click.option("--recheck", is_flag=True, help="Ask again for clips that could not be had.")
def retrieve(dataset: str, configfiles: tuple[Path, ...], dry_run: bool, recheck: bool) -> int:
    """Fetch the clips of DATASET from YouTube; safe to interrupt and run again.

    Exit codes: 0 every clip was tried; 3 incomplete, run it again; 4 YouTube blocks, come back
    later; 5 something must be put right here first.
    """
    places = engine.Places.of(dataset)
    try:
        run_params, sources = _settings(dataset, configfiles)
        if not places.clips.exists():
            _make(places.clips, configfiles)
        if dry_run:
            engine.show_plan(places, run_params, recheck=recheck, sources=sources)
            return Exit.DONE
        code = _retrieve(places, run_params, sources, recheck=recheck)
        if code == Exit.DONE and Path("Snakefile").exists():
            # Snakemake writes the same table once more, and so knows it for its own.
            # What that tells was told above: it goes to its log.
            _make(places.attempts, configfiles, "--forcerun", "retrieve_youtube", silent=True)
    except AudiophraseError as error:
        click.echo(f"error: {error}", err=True)
        return Exit.SETUP
    return code


@click.command()
@click.argument("dataset")
@configfiles
@click.option("--log", type=click.Path(path_type=Path), required=True, help="What is told, again.")
def retrieve_clips(dataset: str, configfiles: tuple[Path, ...], log: Path) -> int:
    """Fetch the clips of DATASET, then write its attempts.parquet, or fail and write nothing."""
    places = engine.Places.of(dataset)
    with log.open("w", encoding="utf-8") as file, redirect_stderr(Told(sys.stderr, file)):
        return _retrieve(places, *_settings(dataset, configfiles), recheck=False)


def _retrieve(
    places: engine.Places, run_params: RunParams, sources: Sources, *, recheck: bool
) -> int:
    try:
        return engine.retrieve(places, run_params, recheck=recheck, sources=sources)
    except AudiophraseError as error:
        click.echo(f"error: {error}", err=True)
        return Exit.SETUP
    except OSError as error:
        full = error.errno in DISK_ERRORS
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"error: {where}{error.strerror or error}\n  What to do: {_MEND}", err=True)
        return Exit.INCOMPLETE if full else Exit.SETUP
    except KeyboardInterrupt:
        click.echo(
            "interrupted: what was fetched stays, answers since the last canary are asked for "
            "again; run the same command again to go on",
            err=True,
        )
        sys.stderr.flush()
        # Threads that wait for the network would be waited for. Nothing is lost: whatever was
        # logged is on the disk, and the log and the sections bear a death at any moment.
        os._exit(Exit.INTERRUPTED)


def _settings(dataset: str, configfiles: tuple[Path, ...]) -> tuple[RunParams, Sources]:
    loaded = params.load(Path("params.yaml"), *configfiles)
    order = clip_sources(params.dataset_entry(loaded, dataset)["clips"])
    if "youtube" not in order:
        raise SetupError(
            f"the clips of '{dataset}' do not come from YouTube: clips is '{', '.join(order)}'",
            f"`snakemake results/{dataset}/report.html` makes them",
        )
    sections = params.effective(loaded, dataset)
    return engine.run_params(sections), Sources.of(order, sections["retrieve"]["folder"])


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
