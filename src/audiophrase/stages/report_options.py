"""The option that all stages of the report share."""

import click

audio_option = click.option(
    "--audio",
    type=click.Choice(["rendered", "recorded"]),
    required=True,
    help="Whether the clips were rendered: every table and figure then says so.",
)
