"""Reading the rows of a data set."""

from collections.abc import Sequence
from pathlib import Path

from audiophrase import tables
from audiophrase.evaluate.rows import from_table
from audiophrase.report.measures import Measures

STAGE = "measures"


def read_measures(path: Path) -> Measures:
    """The rows of a data set, what its variants override, and where its annotations come from."""
    table, provenance = tables.read_with_provenance(path, stage=STAGE)
    known = provenance["settings"]
    return Measures(from_table(table), known["variants"], known["annotations"])


def read_compared(paths: Sequence[Path]) -> dict[str, Measures]:
    """Rows of other data sets by the name of their folder."""
    return {path.parent.name: read_measures(path) for path in paths}
