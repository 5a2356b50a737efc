"""The page of results: everything of a data set in one HTML file."""

import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click

from audiophrase import tables
from audiophrase.clips.file_names import file_names
from audiophrase.errors import ArtifactError
from audiophrase.jobs.measures import read_compared, read_measures
from audiophrase.jobs.report_options import COMPARE
from audiophrase.options import file_option
from audiophrase.report import catalogue
from audiophrase.report.cells import Table
from audiophrase.report.leakage import leakage_table
from audiophrase.report.page import Contents
from audiophrase.report.page import page as render
from audiophrase.report.pictures import said_by
from audiophrase.report.players import sounds

_PACKAGES = (
    "audiophrase",
    "gensim",
    "librosa",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "scipy",
    "snakemake",
    "soundfile",
    "torch",
)


@click.command()
@click.option("--dataset", required=True, help="Name of the data set.")
@click.option("--parameters", required=True, help="Its entry and effective sections, as JSON.")
@file_option("--measures", "Rows of the data set.")
@file_option("--availability", "Table of availability.")
@file_option("--clip-table", "Table of annotated clips.")
@file_option("--leakage", "Table of leaks.")
@file_option("--coverage", "How words were found (CSV).")
@click.option("--model-json", type=click.Path(path_type=Path), multiple=True, required=True)
@click.option("--figure", type=click.Path(path_type=Path), multiple=True, required=True)
@click.option(
    "--clips",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Shard of test clips, for the sound of those that figures show; it may be absent.",
)
@click.option("--compare", type=click.Path(path_type=Path), multiple=True, help=COMPARE)
@file_option("--page", "Page to write (HTML).")
def report(
    dataset: str,
    parameters: str,
    measures: Path,
    availability: Path,
    clip_table: Path,
    leakage: Path,
    coverage: Path,
    model_json: tuple[Path, ...],
    figure: tuple[Path, ...],
    clips: tuple[Path, ...],
    compare: tuple[Path, ...],
    page: Path,
) -> None:
    """Write the page; each --figure is an SVG named as the figure, a --model-json each seed's."""
    known, figures = _parse(parameters), _read_figures(figure)
    clip_ids = [clip_id for _, svg in figures for clip_id, _ in said_by(svg).clips]
    names = file_names(tables.read(clip_table, stage="annotations.clips").to_pylist())
    contents = Contents(
        dataset=dataset,
        title=known["title"],
        measures=read_measures(measures),
        compared=read_compared(compare),
        figures=figures,
        availability=tables.read(availability, stage="availability").to_pylist(),
        leakage=_read_leakage(leakage, names),
        coverage=tables.read_csv(coverage),
        models=[tables.read_json(path) for path in model_json],
        parameters=known,
        versions=_versions(),
        sounds=sounds(
            (tables.read(path, stage="clips") for path in clips if path.exists()), clip_ids
        ),
        names=names,
    )
    tables.write_text(page, render(contents))
    click.echo(f"open {page} in a browser", err=True)


def _parse(parameters: str) -> dict[str, Any]:
    try:
        known = json.loads(parameters)
    except json.JSONDecodeError as error:
        raise click.UsageError(f"--parameters is not JSON: {error}") from None
    if not isinstance(known, dict) or "title" not in known:
        raise click.UsageError("--parameters is not an object with a title")
    return known


def _read_leakage(path: Path, names: Mapping[str, str]) -> Table:
    table, provenance = tables.read_with_provenance(path, stage="leakage")
    return leakage_table(table.to_pylist(), names=names, **provenance["settings"]["leakage"])


def _read_figures(paths: tuple[Path, ...]) -> list[tuple[catalogue.About, bytes]]:
    """What each figure says of itself, and its SVG, in the order of the page."""
    path_of = {path.stem: path for path in paths}
    known = catalogue.figures()
    if unknown := set(path_of) - set(known):
        raise click.UsageError(f"there is no figure {', '.join(sorted(unknown))}")
    figures = [(about, path_of[name]) for name, about in known.items() if name in path_of]
    return [(about, _read_figure(path)) for about, path in figures]


def _read_figure(path: Path) -> bytes:
    remedy = "delete it, and run snakemake to make it again"
    try:
        content = path.read_bytes()
        said_by(content)
    except FileNotFoundError:
        raise ArtifactError(f"{path} is missing", "run snakemake to make it") from None
    except (ElementTree.ParseError, ValueError):
        raise ArtifactError(f"{path} is no picture as the job figure writes it", remedy) from None
    return content


def _versions() -> dict[str, str]:
    installed = {name: metadata.version(name) for name in _PACKAGES}
    return {"python": platform.python_version(), **installed}
