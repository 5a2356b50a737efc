"""Stage report, its numbers: metrics.json, and the tables made of it."""

import json
from pathlib import Path

import click

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.report import metrics as numbers
from audiophrase.stages.options import file_argument, file_option
from audiophrase.stages.report_options import (
    COMPARE,
    annotations_option,
    audio_option,
    read_compared,
)


@click.command()
@audio_option
@annotations_option
@file_option("--availability", "Table of availability.")
@file_option("--captions", "Table of captions.")
@file_option("--phrases", "Table of phrases.")
@file_argument("runs", nargs=-1, required=True)
@click.option("--variants", default="{}", help="What each variant overrides, as JSON.")
@file_option("--metrics", "Numbers to write (JSON).")
def metrics(
    audio: str,
    annotations: str,
    variants: str,
    availability: Path,
    captions: Path,
    phrases: Path,
    runs: tuple[Path, ...],
    metrics: Path,
) -> None:
    """Gather the numbers of RUNS, folders named VARIANT/seed-SEED."""
    found = [_read_run(folder) for folder in runs]
    if all(run.variant != numbers.PAPER_VARIANT for run in found):
        raise click.UsageError(f"none of the runs is of the variant '{numbers.PAPER_VARIANT}'")
    of_clip = ["clip_id", "split"]

    def rows(path: Path, stage: str, columns: list[str]) -> list[dict]:
        return tables.read(path, stage=stage, columns=columns).to_pylist()

    gathered = numbers.metrics(
        audio=audio,
        annotations=annotations,
        availability=rows(availability, "availability", [*of_clip, "state"]),
        captions=rows(captions, "annotations.captions", of_clip),
        phrases=rows(phrases, "annotations.phrases", of_clip),
        runs=found,
        changes=json.loads(variants),
    )
    tables.write_json(metrics, gathered, sealed=False)  # for `dvc metrics`, which shows every key
    click.echo(f"numbers of {len(runs)} run(s): {metrics}", err=True)


@click.command()
@file_option("--metrics", "Numbers of the data set (JSON).")
@click.option("--compare", type=click.Path(path_type=Path), multiple=True, help=COMPARE)
@file_argument("outputs", nargs=-1, required=True)
def write_tables(metrics: Path, compare: tuple[Path, ...], outputs: tuple[Path, ...]) -> None:
    """Write the tables OUTPUTS, named dataset, retrieval, sed or ablations, as .csv or .md."""
    from audiophrase.report import tables as report_tables  # pandas, which `metrics` does without
    from audiophrase.report.cells import markdown

    made = report_tables.all_tables(tables.read_json(metrics), read_compared(compare))
    for output in outputs:
        if output.stem not in made or output.suffix not in (".csv", ".md"):
            raise click.UsageError(f"{output}: name one of {', '.join(made)}, as .csv or .md")
        table = made[output.stem]
        if output.suffix == ".csv":
            tables.write_csv(output, table.tidy)
        else:
            tables.write_text(output, markdown(table))
    click.echo(f"tables: {len(outputs)} files", err=True)


def _read_run(folder: Path) -> numbers.Run:
    seed = folder.name.removeprefix("seed-")
    if not seed.isdigit():
        raise ArtifactError(f"{folder} is not a run", "name folders such as runs/paper/seed-1")
    return numbers.Run(
        variant=folder.parent.name,
        seed=int(seed),
        retrieval=tables.read_json(folder / "retrieval.json"),
        sed=tables.read_json(folder / "sed.json"),
    )
