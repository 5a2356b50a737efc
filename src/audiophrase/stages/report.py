"""Stage report, its numbers: the measures of all runs, metrics.json, and the tables."""

import json
from dataclasses import replace
from pathlib import Path

import click

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.evaluate.rows import RETRIEVAL, SED, Row, from_table, to_table
from audiophrase.report import metrics as numbers
from audiophrase.report.measures import Measures
from audiophrase.settings import PAPER_VARIANT
from audiophrase.stages.measures import STAGE, read_compared, read_measures
from audiophrase.stages.options import file_argument, file_option
from audiophrase.stages.report_options import COMPARE, annotations_option, audio_option


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


@click.command()
@file_option("--measures", "Rows of the data set.")
@click.option("--compare", type=click.Path(path_type=Path), multiple=True, help=COMPARE)
@file_argument("outputs", nargs=-1, required=True)
def write_tables(measures: Path, compare: tuple[Path, ...], outputs: tuple[Path, ...]) -> None:
    """Write the tables OUTPUTS, named as in `artifacts.TABLES`, as .csv or .md."""
    from audiophrase.report import tables as report_tables  # pandas, which `metrics` does without
    from audiophrase.report.cells import markdown

    made = report_tables.all_tables(read_measures(measures), read_compared(compare))
    for output in outputs:
        if output.stem not in made or output.suffix not in (".csv", ".md"):
            raise click.UsageError(f"{output}: name one of {', '.join(made)}, as .csv or .md")
        table = made[output.stem]
        if output.suffix == ".csv":
            tables.write_csv(output, table.tidy)
        else:
            tables.write_text(output, markdown(table))
    click.echo(f"tables: {len(outputs)} files", err=True)


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
