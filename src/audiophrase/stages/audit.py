"""The availability audit: which clips could be had, and why the others could not."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import pandas as pd

from audiophrase import params, tables
from audiophrase.clips import audit as counting
from audiophrase.clips import availability_file
from audiophrase.clips.folder import unmatched
from audiophrase.errors import AudiophraseError
from audiophrase.params.consistency import clip_sources
from audiophrase.report import paper
from audiophrase.report.availability import (
    MAX_LISTED,
    availability_table,
    difference_blocks,
    plain_text,
)
from audiophrase.report.cells import RENDERED, Block
from audiophrase.stages.options import configfiles

_DATASET = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
EXIT_INTERRUPTED = 130


@click.command()
@click.argument("dataset", required=False)
@click.option("--recheck", is_flag=True, help="First ask YouTube again for what is missing.")
@configfiles
@click.option(
    "--diff",
    type=click.Path(path_type=Path),
    nargs=2,
    metavar="OLD NEW",
    help="Compare two tables of availability, .parquet or .csv.",
)
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Write a row for each clip that cannot be used; with --diff, for each that changed.",
)
@click.option("--all", "lists_all", is_flag=True, help=f"List more than {MAX_LISTED} changes.")
def audit(
    dataset: str | None,
    recheck: bool,
    configfiles: tuple[Path, ...],
    diff: tuple[Path, Path] | None,
    export: Path | None,
    lists_all: bool,
) -> None:
    """Count the clips of DATASET by split, state and reason, AudioGrounding's beside the paper's."""
    if (dataset is None) == (diff is None):
        raise click.UsageError("name either a data set, or two tables with --diff OLD NEW")
    if export is not None and export.suffix != ".csv":
        raise click.UsageError(f"{export}: name a file that ends in .csv")
    max_listed = None if lists_all else MAX_LISTED
    if diff is not None:
        if recheck:
            raise click.UsageError("--recheck asks for a data set; --diff compares two tables")
        _compare(*diff, export, max_listed)
        return
    if not _DATASET.fullmatch(dataset):
        raise click.UsageError(f"{dataset!r} cannot be the name of a data set")
    if recheck:
        _recheck(dataset, configfiles, max_listed)
    entry, sections = _parameters(dataset, configfiles)
    _count(
        dataset,
        export,
        beside_paper=paper.stands_beside(sections["annotations"]["source"]) if sections else False,
    )
    folder = sections["retrieve"]["folder"] if sections else None
    if folder and "local" in clip_sources(entry["clips"]) and Path(folder).is_dir():
        path = Path("data") / dataset / "annotations" / "clips.parquet"
        clips = tables.read(path, stage="annotations.clips").to_pylist()
        if note := unmatched(Path(folder), clips):
            click.echo(f"\n{folder}: {note}")


def _parameters(dataset: str, configfiles: Sequence[Path]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entry and the sections of a data set; both empty where no params file knows it."""
    if not Path("params.yaml").is_file():
        return {}, {}
    loaded = params.load(Path("params.yaml"), *configfiles)
    if dataset not in loaded["datasets"]:
        return {}, {}
    return params.dataset_entry(loaded, dataset), params.effective(loaded, dataset)


def _count(dataset: str, export: Path | None, *, beside_paper: bool) -> None:
    rows = _read(dataset)
    audio = RENDERED if {row["source"] for row in rows} == {RENDERED} else "recorded"
    table = availability_table(rows, audio=audio, beside_paper=beside_paper)
    click.echo(f"{table.title}: {dataset}")
    _show(table.blocks)
    for note in table.notes:
        click.echo(f"\n{note}")
    if export is not None:
        path = Path("data") / dataset / "annotations" / "clips.parquet"
        clips = tables.read(path, stage="annotations.clips").to_pylist()
        _export(export, counting.missing_rows(clips, rows), counting.MISSING_COLUMNS)


def _compare(old: Path, new: Path, export: Path | None, max_listed: int | None) -> None:
    remedy = "name two tables of availability, availability.parquet or .csv, the older one first"
    before, after = (availability_file.read(path, remedy=remedy) for path in (old, new))
    found = counting.difference(before, after)
    click.echo(f"Availability: {old} → {new}")
    _show(difference_blocks(found, max_listed=max_listed))
    if export is not None:
        _export(export, counting.change_rows(found), counting.CHANGE_COLUMNS)


def _recheck(dataset: str, configfiles: Sequence[Path], max_listed: int | None) -> None:
    """Ask again, make the tables again, and tell what changed; or exit as the retrieval did."""
    before = _read(dataset)
    files = [f"--configfile={path}" for path in configfiles]
    code = _run("audiophrase", "retrieve", dataset, "--recheck", *files)
    if code:
        click.echo("the re-check did not come to its end: the tables stay as they were", err=True)
        sys.exit(code if code > 0 else EXIT_INTERRUPTED)
    target = f"data/{dataset}/availability.csv"
    files = ["--configfile", *map(str, configfiles)] if configfiles else []
    if made := _run("snakemake", "--cores", "all", target, *files):
        sys.exit(made)
    click.echo(f"Changes by this re-check of {dataset}")
    _show(difference_blocks(counting.difference(before, _read(dataset)), max_listed=max_listed))
    click.echo()


def _read(dataset: str) -> list[dict[str, Any]]:
    path = Path("data") / dataset / "availability.parquet"
    if not path.is_file():
        raise AudiophraseError(
            f"there is no {path}",
            f"`snakemake {path.with_suffix('.csv')}` makes it, in the project's folder; if '{dataset}' "
            "stands in a params file of your own, with --configfile FILE",
        )
    return tables.read(path, stage="availability").to_pylist()


def _show(blocks: Sequence[Block]) -> None:
    for block in blocks:
        click.echo(f"\n{block.heading}\n{plain_text(block.cells)}")


def _export(path: Path, rows: list[dict[str, Any]], columns: Sequence[str]) -> None:
    tables.write_csv(path, pd.DataFrame(rows, columns=list(columns)))
    click.echo(f"\n{len(rows):,} rows: {path}")


def _run(*command: str) -> int:
    return subprocess.run([sys.executable, "-m", *command], check=False).returncode
