"""What both evaluations end with: the rows of a run, written and shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from audiophrase import tables
from audiophrase.evaluate.rows import RUN_SCHEMA, Row, facts, to_table
from audiophrase.jobs.common_clips import Restriction
from audiophrase.settings import Settings


def write_measures(
    path: Path,
    rows: Sequence[Row],
    restriction: Restriction | None,
    settings: Settings,
    *,
    stage: str,
) -> list[Row]:
    """Write the rows of a run, and give them back: with them stands what they were restricted to."""
    inputs: Mapping[str, str] = {}
    rows = list(rows)
    if restriction:
        inputs = {"only_clips_of": restriction.sha256}
        rows = [
            replace(row, only_clips_of=restriction.sha256)
            for row in (*facts(rows[0].task, None, restriction.counts), *rows)
        ]
    tables.write(path, to_table(rows, RUN_SCHEMA), stage=stage, settings=settings, inputs=inputs)
    return rows


def brief(rows: Sequence[Row]) -> str:
    """The measures for the log, a line each."""
    return "\n".join(f"{row.scores} {row.name} {row.value:.4f}" for row in rows if row.scores)
