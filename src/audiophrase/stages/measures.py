"""Reading the rows of a data set."""

from collections.abc import Sequence
from pathlib import Path

from audiophrase import tables
from audiophrase.evaluate.rows import from_table
from audiophrase.report.measures import Measures

STAGE = "measures"


def read_measures(path: Path) -> Measures:
    """The rows of a data set, and what its variants override."""
    table, provenance = tables.read_with_provenance(path, stage=STAGE)
    return Measures(from_table(table), provenance["settings"]["variants"])


def read_compared(paths: Sequence[Path]) -> dict[str, Measures]:
    """Rows of other data sets by the name of their folder."""
    return {path.parent.name: read_measures(path) for path in paths}
