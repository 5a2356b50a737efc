"""The availability audit: which clips could be had, and why the others could not."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from audiophrase import params, tables
from audiophrase.clips import audit as counting
from audiophrase.clips import availability_file
from audiophrase.clips.availability import State
from audiophrase.clips.folder import unmatched
from audiophrase.clips.mixture import Sources
from audiophrase.commands.merging import merge_tables
from audiophrase.configfiles import configfiles
from audiophrase.errors import AudiophraseError
from audiophrase.params.consistency import clip_sources
from audiophrase.report import paper
from audiophrase.report.availability import (
    MAX_LISTED,
    SO_FAR_NOTE,
    UNRESOLVED_NOTE,
    availability_table,
    difference_blocks,
    so_far_blocks,
)
from audiophrase.report.cells import RENDERED
from audiophrase.report.terminal import export as export_rows
from audiophrase.report.terminal import show
from audiophrase.youtube import engine
from audiophrase.youtube.history import fold
from audiophrase.youtube.so_far import SoFar, goes_beyond, is_running, so_far
from audiophrase.youtube.view import read_view

_DATASET = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
EXIT_INTERRUPTED = 130


@click.command()
@click.argument("names", nargs=-1, metavar="[DATASET]")
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
    "--merge",
    is_flag=True,
    help="Merge the tables named, of attempts or of availability: what labs say together.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.parquet",
    help="With --merge: write all attempts, for a retrieval to go on from.",
)
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="Write a row for each clip that cannot be used; with --diff or --merge, for each that differs.",
)
@click.option("--all", "lists_all", is_flag=True, help=f"List more than {MAX_LISTED} differences.")
def audit(
    names: tuple[str, ...],
    recheck: bool,
    configfiles: tuple[Path, ...],
    diff: tuple[Path, Path] | None,
    merge: bool,
    out: Path | None,
    export: Path | None,
    lists_all: bool,
) -> None:
    """Count the clips of DATASET by split, state and reason, AudioGrounding's beside the paper's.

    `audiophrase audit --merge A B …` merges labs' tables.
    """
    if export is not None and export.suffix != ".csv":
        raise click.UsageError(f"{export}: name a file that ends in .csv")
    if out is not None and (not merge or out.suffix != ".parquet"):
        raise click.UsageError("--out names a file that ends in .parquet, with --merge")
    if recheck and (merge or diff is not None):
        raise click.UsageError("--recheck asks for a data set; --diff and --merge compare tables")
    max_listed = None if lists_all else MAX_LISTED
    if merge:
        if len(names) < 2 or diff is not None:
            raise click.UsageError("name two tables or more with --merge A B …, and no --diff")
        merge_tables(list(map(Path, names)), out=out, exported=export, max_listed=max_listed)
        return
    if (len(names) != 1) == (diff is None) or len(names) > 1:
        raise click.UsageError(
            "name either a data set, or two tables with --diff OLD NEW, or several with --merge"
        )
    if diff is not None:
        _compare(*diff, export, max_listed)
        return
    (dataset,) = names
    if not _DATASET.fullmatch(dataset):
        raise click.UsageError(f"{dataset!r} cannot be the name of a data set")
    if recheck:
        _recheck(dataset, configfiles, max_listed)
    entry, sections = _parameters(dataset, configfiles)
    beside_paper = bool(entry) and paper.stands_beside(sections["annotations"]["source"])
    log = _read_log(dataset, entry, sections)
    if log is None:
        _count(dataset, export, beside_paper=beside_paper)
    else:
        _count_so_far(dataset, log, export, beside_paper=beside_paper)
    folder = sections["retrieve"]["folder"] if entry else None
    if folder and "local" in clip_sources(entry["clips"]) and Path(folder).is_dir():
        clips = tables.read(engine.Places.of(dataset).clips, stage="annotations.clips").to_pylist()
        if note := unmatched(Path(folder), clips):
            click.echo(f"\n{folder}: {note}")


def _parameters(dataset: str, configfiles: Sequence[Path]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A data set's entry and sections; nothing, where no params file knows it."""
    if not Path("params.yaml").is_file():
        return {}, {}
    loaded = params.load(Path("params.yaml"), *configfiles)
    if dataset not in loaded["datasets"]:
        return {}, {}
    return loaded["datasets"][dataset], params.effective(loaded, dataset)


def _read_log(dataset: str, entry: Mapping[str, Any], sections: Mapping[str, Any]) -> SoFar | None:
    """What the log says of the clips, where the table of availability does not say all of it."""
    order = clip_sources(entry["clips"]) if entry else ()
    places = engine.Places.of(dataset)
    folder = sections["retrieve"]["folder"] if "local" in order else None
    is_told = "youtube" in order and ("local" not in order or folder)
    if not is_told or not places.clips.is_file():
        return None
    clips = tables.read(places.clips, stage="annotations.clips").to_pylist()
    seed = places.attempts if places.attempts.is_file() else None
    histories = fold(read_view(places.cache, clips, seed))
    table = _table_of(dataset)
    if table.is_file() and not goes_beyond(histories, _read(dataset)):
        return None
    return so_far(
        clips,
        Sources.of(order, folder).to_ask(clips),
        histories,
        n_attempts=sections["retrieve"]["attempts"],
        now=datetime.now(UTC),
    )


def _count_so_far(dataset: str, log: SoFar, export: Path | None, *, beside_paper: bool) -> None:
    click.echo(f"Availability of the clips so far: {dataset}")
    running = {True: "a retrieval is running here", False: "no retrieval is running here"}
    is_here = running.get(is_running(engine.Places.of(dataset).cache))
    click.echo("; ".join(filter(None, ("from the log of attempts", is_here, _last_tried(log)))))
    show(so_far_blocks(log.rows, log.n_clips, log.n_left, beside_paper=beside_paper))
    if log.n_elsewhere:
        click.echo(f"\nIn the folder, and not asked of YouTube: {log.n_elsewhere:,} more.")
    if any(row["state"] == State.UNRESOLVED for row in log.rows):
        click.echo(f"\n{UNRESOLVED_NOTE} {SO_FAR_NOTE}")
    click.echo(
        "\nWhich of the fetched clips are silent, short or damaged shows when they are packed: "
        f"`snakemake {_table_of(dataset).with_suffix('.csv')}`, once the retrieval has ended."
    )
    if export is not None:
        _export_missing(export, dataset, log.rows)


def _last_tried(log: SoFar) -> str:
    if log.last_tried_utc is None:
        return "nothing was tried yet"
    age_s = (datetime.now(UTC) - log.last_tried_utc).total_seconds()
    units = ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    size_s, unit = next((u for u in units if age_s >= 2 * u[0]), units[-1])
    ago = f" ({age_s / size_s:.0f} {unit} ago)" if age_s >= 0 else ""
    return f"last attempt {log.last_tried_utc:%Y-%m-%d %H:%M:%S} UTC{ago}"


def _count(dataset: str, export: Path | None, *, beside_paper: bool) -> None:
    rows = _read(dataset)
    audio = RENDERED if {row["source"] for row in rows} == {RENDERED} else "recorded"
    table = availability_table(rows, audio=audio, beside_paper=beside_paper)
    click.echo(f"{table.title}: {dataset}")
    show(table.blocks)
    for note in table.notes:
        click.echo(f"\n{note}")
    if export is not None:
        _export_missing(export, dataset, rows)


def _export_missing(export: Path, dataset: str, rows: Sequence[dict[str, Any]]) -> None:
    clips = tables.read(engine.Places.of(dataset).clips, stage="annotations.clips").to_pylist()
    export_rows(export, counting.missing_rows(clips, rows), counting.MISSING_COLUMNS)


def _compare(old: Path, new: Path, export: Path | None, max_listed: int | None) -> None:
    remedy = "name two tables of availability, availability.parquet or .csv, the older one first"
    before, after = (availability_file.read(path, remedy=remedy) for path in (old, new))
    found = counting.difference(before, after)
    click.echo(f"Availability: {old} → {new}")
    show(difference_blocks(found, max_listed=max_listed))
    if export is not None:
        export_rows(export, counting.change_rows(found), counting.CHANGE_COLUMNS)


def _recheck(dataset: str, configfiles: Sequence[Path], max_listed: int | None) -> None:
    """Ask again, make the tables again, and tell what changed; or exit as fetching did."""
    before = _read(dataset)
    files = [f"--configfile={path}" for path in configfiles]
    code = _run("audiophrase", "fetch", dataset, "--recheck", *files)
    if code:
        click.echo("the re-check did not come to its end: the tables stay as they were", err=True)
        sys.exit(code if code > 0 else EXIT_INTERRUPTED)
    target = f"data/{dataset}/availability.csv"
    files = ["--configfile", *map(str, configfiles)] if configfiles else []
    if made := _run("snakemake", "--cores", "all", target, *files):
        sys.exit(made)
    click.echo(f"Changes by this re-check of {dataset}")
    show(difference_blocks(counting.difference(before, _read(dataset)), max_listed=max_listed))
    click.echo()


def _table_of(dataset: str) -> Path:
    return Path("data") / dataset / "availability.parquet"


def _read(dataset: str) -> list[dict[str, Any]]:
    path = _table_of(dataset)
    if not path.is_file():
        raise AudiophraseError(
            f"there is no {path}",
            f"`snakemake {path.with_suffix('.csv')}` makes it, in the project's folder; if '{dataset}' "
            "stands in a params file of your own, with --configfile FILE",
        )
    return tables.read(path, stage="availability").to_pylist()


def _run(*command: str) -> int:
    return subprocess.run([sys.executable, "-m", *command], check=False).returncode
