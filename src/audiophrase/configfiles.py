"""The option that names parameters laid over params.yaml."""

from pathlib import Path

import click

configfiles = click.option(
    "--configfile",
    "configfiles",
    multiple=True,
    envvar="AUDIOPHRASE_CONFIGFILES",
    type=click.Path(path_type=Path),
    help="Parameters laid over params.yaml, as for snakemake; may be given several times.",
)
