"""Packing a trained model."""

from pathlib import Path

import click

from audiophrase.outputs.text import visible

_EXAMPLES = """\b
Examples:
  audiophrase export results/demo/runs/paper/seed-1 my-model
  audiophrase export results/demo/runs/paper/seed-1 other --vectors all.bin.gz
"""


@click.command(epilog=_EXAMPLES)
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--vectors",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A word2vec file with the vectors that it was trained against: words beyond its captions.",
)
@click.option(
    "--network",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.onnx",
    help="The network of the front end `onnx`, where the model has that.",
)
def export(run: Path, folder: Path, vectors: Path | None, network: Path | None) -> None:
    """Pack the model of a RUN (results/DATASET/runs/VARIANT/seed-N) into a new FOLDER.

    It holds all that using it takes and a card that says what it is: weights, front end, words and
    their vectors, measures, limits.
    """
    from audiophrase.inference.export import export_bundle

    export_bundle(run, folder, vectors=vectors, network=network)
    n_bytes = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    click.echo(f"written: {visible(str(folder))}, {n_bytes / 1e6:.1f} MB", err=True)
