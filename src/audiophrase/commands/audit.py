"""The availability audit: which clips could be had, and why the others could not."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from audiophrase import params, tables
from audiophrase.clips import audit as counting
from audiophrase.clips import availability_file
from audiophrase.clips.availability import YOUTUBE, State
from audiophrase.clips.folder import unmatched
from audiophrase.clips.mixture import Sources
from audiophrase.commands.availability import read_availability, table_of
from audiophrase.commands.merging import merge_tables
from audiophrase.commands.rechecking import recheck_clips
from audiophrase.configfiles import configfiles, snakemake_command
from audiophrase.params.sources import sources_of
from audiophrase.prose import tell
from audiophrase.report import paper
from audiophrase.report.availability import (
    MAX_LISTED,
    SO_FAR_NOTE,
    UNRESOLVED_NOTE,
    availability_table,
    difference_blocks,
    so_far_blocks,
)
from audiophrase.report.measures import MIXED, RECORDED, RENDERED
from audiophrase.report.terminal import export as export_rows
from audiophrase.report.terminal import show
from audiophrase.youtube import engine
from audiophrase.youtube.history import fold
from audiophrase.youtube.so_far import SoFar, goes_beyond, is_running, so_far
from audiophrase.youtube.view import read_view

_DATASET = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TABLES = (".parquet", ".csv")


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
    help="With --merge: write all attempts, to go on fetching from.",
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
    _require_usage(names, recheck=recheck, diff=diff, merge=merge, out=out, export=export)
    max_listed = None if lists_all else MAX_LISTED
    if merge:
        merge_tables(list(map(Path, names)), out=out, exported=export, max_listed=max_listed)
        return
    if diff is not None:
        _compare(*diff, export, max_listed)
        return
    (dataset,) = names
    if recheck:
        recheck_clips(dataset, configfiles, max_listed)
    _audit(dataset, configfiles, export)


def _require_usage(
    names: Sequence[str],
    *,
    recheck: bool,
    diff: tuple[Path, Path] | None,
    merge: bool,
    out: Path | None,
    export: Path | None,
) -> None:
    """Refuse arguments that do not go together. Raises UsageError."""

    def refuse(problem: str) -> None:
        raise click.UsageError(problem)

    if export is not None and export.suffix != ".csv":
        refuse(f"{export}: name a file that ends in .csv")
    if out is not None and not merge:
        refuse("--out goes with --merge: --merge A B … --out FILE.parquet")
    if out is not None and out.suffix != ".parquet":
        refuse(f"--out {out}: name a file that ends in .parquet")
    if merge and diff is not None:
        refuse("--merge and --diff are two things to do: name one of them")
    if recheck and (merge or diff is not None):
        refuse("--recheck asks for a data set; --diff and --merge compare tables")
    if merge:
        for name in names:
            if Path(name).suffix not in _TABLES:
                refuse(f"--merge takes tables alone, .parquet or .csv: {name!r} is none")
        if len(names) < 2:
            refuse("name two tables or more: --merge A B …")
    elif diff is not None and names:
        refuse(f"--diff OLD NEW compares two tables: leave out {' '.join(map(repr, names))}")
    elif diff is None and not names:
        refuse("name a data set, or tables with --diff OLD NEW or --merge A B …")
    elif len(names) > 1:
        refuse(f"name one data set, not {len(names)}; several tables go with --merge")
    elif diff is None and not _DATASET.fullmatch(names[0]):
        refuse(f"{names[0]!r} cannot be the name of a data set")


def _audit(dataset: str, configfiles: Sequence[Path], export: Path | None) -> None:
    entry, sections = _parameters(dataset, configfiles)
    beside_paper = bool(entry) and paper.stands_beside(sections["annotations"]["source"])
    log = _read_log(dataset, entry, sections)
    if log is None:
        _count(dataset, configfiles, export, beside_paper=beside_paper)
    else:
        _count_so_far(dataset, configfiles, log, export, beside_paper=beside_paper)
    if not entry:
        tell(
            f"\n'{dataset}' stands in no params file named here. --configfile FILE tells, too, which "
            "of its clips lie in a folder, and which files there match none."
        )
        return
    folder = sections["retrieve"]["folder"]
    if folder and "local" in sources_of(entry) and Path(folder).is_dir():
        clips = tables.read(engine.Places.of(dataset).clips, stage="annotations.clips").to_pylist()
        if note := unmatched(Path(folder), clips):
            tell(f"\n{folder}: {note}")


def _parameters(dataset: str, configfiles: Sequence[Path]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A data set's entry and sections; no entry and the sections of all, where no params file has it.

    Raises:
        AudiophraseError: no params file has it, and nothing was made of it either.
    """
    if not Path("params.yaml").is_file():
        return {}, {}
    loaded = params.load(Path("params.yaml"), *configfiles)
    is_made = engine.Places.of(dataset).clips.is_file() or table_of(dataset).is_file()
    if is_made and dataset not in loaded["datasets"]:
        return {}, loaded
    return params.dataset_entry(loaded, dataset), params.effective(loaded, dataset)


def _read_log(dataset: str, entry: Mapping[str, Any], sections: Mapping[str, Any]) -> SoFar | None:
    """What the log says of the clips, where the table of availability does not say all of it.

    Of a data set that no params file has, all clips are taken for YouTube's if any is.
    """
    places = engine.Places.of(dataset)
    order = sources_of(entry) if entry else (YOUTUBE,)
    folder = sections["retrieve"]["folder"] if entry and "local" in order else None
    is_told = bool(sections) and YOUTUBE in order and ("local" not in order or folder)
    if not is_told or not places.clips.is_file():
        return None
    rows = read_availability(dataset, ()) if table_of(dataset).is_file() else None
    if not entry and rows and all(row["source"] != YOUTUBE for row in rows):
        return None
    clips = tables.read(places.clips, stage="annotations.clips").to_pylist()
    seed = places.attempts if places.attempts.is_file() else None
    histories = fold(read_view(places.cache, clips, seed))
    is_behind = goes_beyond(histories, rows) if rows is not None else bool(entry or histories)
    if not is_behind:
        return None
    return so_far(
        clips,
        Sources.of(order, folder).to_ask(clips),
        histories,
        n_attempts=sections["retrieve"]["attempts"],
        now=datetime.now(UTC),
    )


def _count_so_far(
    dataset: str,
    configfiles: Sequence[Path],
    log: SoFar,
    export: Path | None,
    *,
    beside_paper: bool,
) -> None:
    click.echo(f"Availability of the clips so far: {dataset}")
    running = {True: "clips are being fetched here", False: "nothing is being fetched here"}
    is_here = running.get(is_running(engine.Places.of(dataset).cache))
    tell("; ".join(filter(None, ("from the log of attempts", is_here, _last_tried(log)))))
    show(so_far_blocks(log.rows, log.n_clips, log.n_left, beside_paper=beside_paper))
    if log.n_elsewhere:
        tell(f"\nIn the folder, and not asked of YouTube: {log.n_elsewhere:,} more.")
    if any(row["state"] == State.UNRESOLVED for row in log.rows):
        tell(f"\n{UNRESOLVED_NOTE} {SO_FAR_NOTE}")
    target = str(table_of(dataset).with_suffix(".csv"))
    tell(
        "\nWhich of the fetched clips are silent, short or damaged shows when they are packed: "
        f"`{snakemake_command(target, configfiles)}`, once fetching has ended."
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


def _count(
    dataset: str, configfiles: Sequence[Path], export: Path | None, *, beside_paper: bool
) -> None:
    rows = read_availability(dataset, configfiles)
    kinds = {RENDERED if row["source"] == RENDERED else RECORDED for row in rows}
    audio = MIXED if len(kinds) > 1 else next(iter(kinds), RECORDED)
    table = availability_table(rows, audio=audio, beside_paper=beside_paper)
    click.echo(f"{table.title}: {dataset}")
    show(table.blocks)
    for note in table.notes:
        tell(f"\n{note}")
    if export is not None:
        _export_missing(export, dataset, rows)


def _export_missing(export: Path, dataset: str, rows: Sequence[dict[str, Any]]) -> None:
    clips = tables.read(engine.Places.of(dataset).clips, stage="annotations.clips").to_pylist()
    export_rows(export, counting.missing_rows(clips, rows), counting.MISSING_COLUMNS)


def _compare(old: Path, new: Path, export: Path | None, max_listed: int | None) -> None:
    remedy = "name two tables of availability, availability.parquet or .csv, the older one first"
    before, after = (availability_file.read(path, remedy=remedy) for path in (old, new))
    difference = counting.difference(before, after)
    click.echo(f"Availability: {old} → {new}")
    show(difference_blocks(difference, max_listed=max_listed))
    if export is not None:
        export_rows(export, counting.change_rows(difference), counting.CHANGE_COLUMNS)
