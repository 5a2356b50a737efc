"""Training clips that are left out, as val or test has their recording, too."""

from pathlib import Path

import click
import pyarrow.compute as pc

from audiophrase import tables

leakage_option = click.option(
    "--leakage",
    type=click.Path(path_type=Path),
    help="Table of leaks: training clips that it leaves out are not trained on.",
)


def ids_left_out(leakage: Path | None) -> set[str]:
    """Their ids, out of a table of leaks; without one, none. Raises ArtifactError."""
    if leakage is None:
        return set()
    table = tables.read(leakage, stage="leakage", columns=["clip_id", "left_out"])
    return set(table.filter(pc.field("left_out"))["clip_id"].to_pylist())
