"""Options and arguments that several jobs and commands share."""

from pathlib import Path

import click

from audiophrase.settings import parse_settings


class _Settings(click.ParamType):
    name = "json"

    def convert(self, value, param, ctx):
        return value if isinstance(value, dict) else parse_settings(value)


settings = click.option(
    "--settings",
    type=_Settings(),
    required=True,
    help="The settings the job depends on, as JSON: section -> keys.",
)


configfiles = click.option(
    "--configfile",
    "configfiles",
    multiple=True,
    envvar="AUDIOPHRASE_CONFIGFILES",
    type=click.Path(path_type=Path),
    help="Parameters laid over params.yaml, as for snakemake; may be given several times.",
)


network_option = click.option(
    "--network",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="File of a frozen network, where the front end is one.",
)


def file_option(name: str, help_text: str, **attributes):
    """A required option that names a file."""
    return click.option(
        name, type=click.Path(path_type=Path), required=True, help=help_text, **attributes
    )


def file_argument(name: str, **attributes):
    """An argument that names a file."""
    return click.argument(name, type=click.Path(path_type=Path), **attributes)
