"""The numbers of a data set: the measures of all runs, and metrics.json."""

import json
from dataclasses import replace
from pathlib import Path

import click

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.evaluate.rows import RETRIEVAL, SED, Row, from_table, to_table
from audiophrase.jobs.measures import STAGE
from audiophrase.jobs.report_options import annotations_option, audio_option
from audiophrase.options import file_argument, file_option
from audiophrase.report import metrics as numbers
from audiophrase.report.measures import Measures
from audiophrase.settings import PAPER_VARIANT


@click.command()
@audio_option
@annotations_option
@file_option("--availability", "Table of availability.")
@file_option("--captions", "Table of captions.")
@file_option("--phrases", "Table of phrases.")
@file_argument("runs", nargs=-1, required=True)
@click.option("--variants", default="{}", help="What each variant overrides, as JSON.")
@file_option("--measures", "Rows of all runs to write.")
@file_option("--measures-csv", "The same as CSV.")
@file_option("--metrics", "The same as nested numbers to write (JSON).")
def metrics(
    audio: str,
    annotations: str,
    variants: str,
    availability: Path,
    captions: Path,
    phrases: Path,
    runs: tuple[Path, ...],
    measures: Path,
    measures_csv: Path,
    metrics: Path,
) -> None:
    """Gather the rows of RUNS, folders named VARIANT/seed-SEED."""
    of_runs = [row for folder in runs for row in _read_run(folder)]
    if all(row.variant != PAPER_VARIANT for row in of_runs):
        raise click.UsageError(f"none of the runs is of the variant '{PAPER_VARIANT}'")
    of_clip = ["clip_id", "split"]

    def rows(path: Path, stage: str, columns: list[str]) -> list[dict]:
        return tables.read(path, stage=stage, columns=columns).to_pylist()

    counted = numbers.counts(
        rows(availability, "availability", [*of_clip, "state"]),
        rows(captions, "annotations.captions", of_clip),
        rows(phrases, "annotations.phrases", of_clip),
    )
    gathered = Measures(
        [replace(row, audio=audio) for row in (*counted, *of_runs)],
        json.loads(variants),
        annotations,
    )
    table = to_table(gathered.rows)
    known = {"variants": gathered.changes, "annotations": gathered.annotations}
    tables.write(measures, table, stage=STAGE, settings=known)
    columns = (column.to_pylist() for column in table.columns)
    tables.write_csv_rows(measures_csv, table.column_names, zip(*columns, strict=True))
    nested = numbers.metrics(gathered)
    tables.write_json(metrics, nested, sealed=False)  # for `dvc metrics`, which shows every key
    click.echo(f"numbers of {len(runs)} run(s): {measures}", err=True)


def _read_run(folder: Path) -> list[Row]:
    seed = folder.name.removeprefix("seed-")
    if not seed.isdigit():
        raise ArtifactError(f"{folder} is not a run", "name folders such as runs/paper/seed-1")
    return [
        replace(row, variant=folder.parent.name, seed=int(seed))
        for task in (RETRIEVAL, SED)
        for row in from_table(
            tables.read(folder / f"{task}_measures.parquet", stage=f"{task}_measures")
        )
    ]
