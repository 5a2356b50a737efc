"""The tables of clips, captions and phrases of a study, out of those of its data sets."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations.counts import counts as count
from audiophrase.annotations.study import merge
from audiophrase.jobs.study_options import read_splits, splits_option
from audiophrase.options import file_argument, file_option


@click.command()
@splits_option
@file_argument("members", nargs=-1, required=True)
@file_option("--clips", "Table of clips to write.")
@file_option("--captions", "Table of captions to write.")
@file_option("--phrases", "Table of phrases to write.")
@file_option("--counts", "What there is, and what is odd, in numbers, to write (CSV).")
def study_annotations(
    splits: str, members: tuple[Path, ...], clips: Path, captions: Path, phrases: Path, counts: Path
) -> None:
    """Gather the tables MEMBERS, data/DATASET/annotations/{clips,captions,phrases}.parquet."""
    chosen = read_splits(splits)
    of_members: dict[str, dict] = {}
    for path in members:
        read = tables.read(path, stage=f"annotations.{path.stem}")
        of_members.setdefault(path.parent.parent.name, {})[path.stem] = read
    merged = merge(chosen, of_members)
    for name, path in (("clips", clips), ("captions", captions), ("phrases", phrases)):
        tables.write(
            path,
            merged[name],
            stage=f"annotations.{name}",
            settings={"study": {"splits": chosen}},
            units={"start_s": "s", "end_s": "s", "segments": "s"},
        )
    counted = count(merged)
    tables.write_csv(counts, counted)
    click.echo(counted.to_string(index=False), err=True)
