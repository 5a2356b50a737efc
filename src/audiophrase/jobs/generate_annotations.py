"""The originals of the annotations, made up from the demo's grammar."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations import grammar
from audiophrase.options import file_argument, settings
from audiophrase.settings import structure
from audiophrase.splits import SPLITS


@click.command()
@settings
@file_argument("outputs", nargs=3)
def generate_annotations(settings: dict, outputs: tuple[Path, ...]) -> None:
    """Make up the annotations of train, val and test from the demo's grammar."""
    params = structure(settings, "annotations.grammar")
    annotations = grammar.generate(
        n_clips=params.n_clips,
        captions_per_clip=params.captions_per_clip,
        duration_s=params.duration_s,
        seed=params.seed,
    )
    for split, output in zip(SPLITS, outputs, strict=True):
        tables.write_json(output, annotations[split], sealed=False)
