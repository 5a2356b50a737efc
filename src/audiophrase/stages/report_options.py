"""The options that several stages of the report share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from audiophrase import tables

COMPARE = "Numbers of another data set (results/NAME/metrics.json), a line of the ablation table."

audio_option = click.option(
    "--audio",
    type=click.Choice(["rendered", "recorded"]),
    required=True,
    help="Whether the clips were rendered: every table and figure then says so.",
)
annotations_option = click.option(
    "--annotations",
    required=True,
    metavar="SOURCE",
    help="Where the annotations come from: the paper's numbers stand beside audiogrounding's alone.",
)


def read_compared(paths: Sequence[Path]) -> dict[str, Any]:
    """Numbers of other data sets by the name of their folder."""
    return {path.parent.name: tables.read_json(path) for path in paths}
