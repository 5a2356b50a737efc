"""Plots of DVC that open without a network."""

import click

from audiophrase.bridge.dvc import without_memory
from audiophrase.bridge.plots_page import FOLDER, PAGE, page
from audiophrase.errors import AudiophraseError
from audiophrase.tables import write_text


@click.command()
def offline_plots() -> None:
    """Have `dvc plots` write pages that open offline, in this clone from now on.

    Run it again after another Snakemake was installed. `dvc config --local --unset
    plots.html_template` takes it back.
    """
    if not FOLDER.is_dir():
        raise AudiophraseError(
            f"there is no {FOLDER} here", "work in a clone of the repository, in its top folder"
        )
    write_text(FOLDER / PAGE, page())
    with without_memory() as dvc:
        dvc.set_here("plots.html_template", str(PAGE))
    click.echo("`dvc plots show` and `dvc plots diff` now write pages that open offline")
