"""Stage retrieve, for clips from YouTube: fetching them all."""

import os
import subprocess
import sys
from pathlib import Path

import click

from audiophrase import params
from audiophrase.clips.mixture import Sources
from audiophrase.consistency import clip_sources
from audiophrase.errors import AudiophraseError
from audiophrase.youtube import engine
from audiophrase.youtube.budget import Exit
from audiophrase.youtube.preflight import SetupError

configfiles = click.option(
    "--configfile",
    "configfiles",
    multiple=True,
    envvar="AUDIOPHRASE_CONFIGFILES",
    type=click.Path(path_type=Path),
    help="Parameters laid over params.yaml, as for snakemake; may be given several times.",
)


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
    except AudiophraseError as error:
        click.echo(f"error: {error}", err=True)
        return Exit.SETUP
    return _retrieve(places, run_params, sources, recheck=recheck)


@click.command()
@click.argument("dataset")
@configfiles
def retrieve_clips(dataset: str, configfiles: tuple[Path, ...]) -> int:
    """Fetch the clips of DATASET, then write its attempts.parquet, or fail and write nothing."""
    places = engine.Places.of(dataset)
    return _retrieve(places, *_settings(dataset, configfiles), recheck=False)


def _retrieve(
    places: engine.Places, run_params: engine.RunParams, sources: Sources, *, recheck: bool
) -> int:
    try:
        return engine.retrieve(places, run_params, recheck=recheck, sources=sources)
    except AudiophraseError as error:
        click.echo(f"error: {error}", err=True)
        return Exit.SETUP
    except KeyboardInterrupt:
        click.echo(
            "interrupted: what was fetched stays; run the same command again to go on", err=True
        )
        # Threads that wait for the network would be waited for. Nothing is lost: whatever was
        # logged is on the disk, and the log and the sections bear a death at any moment.
        os._exit(Exit.INTERRUPTED)


def _settings(dataset: str, configfiles: tuple[Path, ...]) -> tuple[engine.RunParams, Sources]:
    loaded = params.load(Path("params.yaml"), *configfiles)
    order = clip_sources(params.dataset_entry(loaded, dataset)["clips"])
    if "youtube" not in order:
        raise SetupError(
            f"the clips of '{dataset}' do not come from YouTube: clips is '{', '.join(order)}'",
            f"`snakemake results/{dataset}/report.html` makes them",
        )
    sections = params.effective(loaded, dataset)
    return engine.run_params(sections), Sources.of(order, sections["retrieve"]["folder"])


def _make(target: Path, configfiles: tuple[Path, ...]) -> None:
    """Let Snakemake make the table of clips."""
    overlays = ["--configfile", *map(str, configfiles)] if configfiles else []
    command = [sys.executable, "-m", "snakemake", "--cores", "1", str(target), *overlays]
    made = subprocess.run(command, stdout=sys.stderr, check=False)
    if made.returncode:
        raise SetupError(
            f"Snakemake could not make {target}", "see what it says above, and run this again"
        )
