"""The options that several jobs of the report share."""

import click

from audiophrase.report.measures import AUDIO

COMPARE = "Rows of another data set (results/NAME/measures.parquet), a line of the ablation table."

audio_option = click.option(
    "--audio",
    type=click.Choice(AUDIO),
    required=True,
    help="Whether the clips were rendered, all or some: every table and figure then says so.",
)
annotations_option = click.option(
    "--annotations",
    required=True,
    metavar="SOURCE",
    help="Where the annotations come from: the paper's numbers stand beside audiogrounding's alone.",
)
