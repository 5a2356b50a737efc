"""Options and arguments that most jobs share: one more here makes all of their results stale."""

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


def file_option(name: str, help_text: str, **attributes):
    """A required option that names a file."""
    return click.option(
        name, type=click.Path(path_type=Path), required=True, help=help_text, **attributes
    )


def file_argument(name: str, **attributes):
    """An argument that names a file."""
    return click.argument(name, type=click.Path(path_type=Path), **attributes)
