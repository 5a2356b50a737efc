"""Which clips of a study could be had: what its data sets say of them."""

from collections import Counter
from pathlib import Path

import click
import pyarrow as pa

from audiophrase import tables
from audiophrase.annotations.study import of_study
from audiophrase.clips.messages import spreadsheet_cell
from audiophrase.jobs.study_options import read_splits, splits_option
from audiophrase.options import file_argument, file_option
from audiophrase.splits import SPLITS


@click.command()
@splits_option
@file_argument("members", nargs=-1, required=True)
@file_option("--availability", "Table to write.")
@file_option("--availability-csv", "The same as CSV.")
def study_availability(
    splits: str, members: tuple[Path, ...], availability: Path, availability_csv: Path
) -> None:
    """Gather the tables MEMBERS, data/DATASET/availability.parquet."""
    chosen = read_splits(splits)
    of_member = {path.parent.name: tables.read(path, stage="availability") for path in members}
    parts = [of_study(of_member[name], name, split) for split in SPLITS for name in chosen[split]]
    written = pa.concat_tables(parts).combine_chunks()
    tables.write(
        availability, written, stage="availability", settings={"study": {"splits": chosen}}
    )
    frame = written.to_pandas(use_threads=False)
    frame["message"] = frame["message"].map(spreadsheet_cell, na_action="ignore")
    tables.write_csv(availability_csv, frame)
    for state, n_clips in Counter(written["state"].to_pylist()).items():
        click.echo(f"{state}: {n_clips:,}", err=True)
