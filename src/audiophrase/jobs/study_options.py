"""What the jobs of a study are given: which data sets its splits come from."""

import json

import click

from audiophrase.splits import SPLITS

Splits = dict[str, list[str]]

splits_option = click.option(
    "--splits", required=True, help="The data sets that each split comes from, as JSON."
)


def read_splits(text: str) -> Splits:
    """The JSON that a rule hands to its job: split -> names of data sets."""
    try:
        splits = json.loads(text)
    except json.JSONDecodeError as error:
        raise click.UsageError(f"--splits is not JSON: {error}") from None
    if not isinstance(splits, dict) or set(splits) != set(SPLITS):
        raise click.UsageError(f"--splits is not an object of {', '.join(SPLITS)}")
    return {split: list(splits[split]) for split in SPLITS}
