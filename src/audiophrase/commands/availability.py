"""The table of availability of a data set here, or what makes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from audiophrase import tables
from audiophrase.configfiles import snakemake_command
from audiophrase.errors import AudiophraseError
from audiophrase.paths import availability


def table_of(dataset: str) -> Path:
    """Where it lies."""
    return Path(availability(dataset))


def read_availability(dataset: str, configfiles: Sequence[Path]) -> list[dict[str, Any]]:
    """Its rows. Raises AudiophraseError where there is none."""
    path = table_of(dataset)
    if not path.is_file():
        made_by = snakemake_command(str(path.with_suffix(".csv")), configfiles)
        own = (
            ""
            if configfiles
            else (f"; if '{dataset}' stands in a params file of your own, with --configfile FILE")
        )
        raise AudiophraseError(
            f"there is no {path}", f"`{made_by}` makes it, in the project's folder{own}"
        )
    return tables.read(path, stage="availability").to_pylist()
