"""What the commands between Snakemake and DVC share: naming data sets, and a line for each stage."""

from collections.abc import Sequence

import click

from audiophrase import params
from audiophrase.bridge.stages import PARAMS

datasets_argument = click.argument("datasets", nargs=-1, metavar="[DATASET]...")
dry_run_option = click.option(
    "--dry-run", "-n", is_flag=True, help="Say what each stage's state is, and change nothing."
)


def chosen(datasets: Sequence[str]) -> Sequence[str]:
    """The data sets that are named, or those under `build`.

    Raises:
        AudiophraseError: this folder is not the project's. To be asked before anything is written.
    """
    build = params.load(PARAMS)["build"]
    return datasets or build


def show(lines: Sequence[tuple[str, str]]) -> None:
    """Stages and what is said of each, in two columns."""
    width = max((len(name) for name, _ in lines), default=0)
    for name, text in lines:
        click.echo(f"{name:<{width}}  {text}")
