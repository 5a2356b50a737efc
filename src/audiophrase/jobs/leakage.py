"""Which recordings stand in more than one split, or in more than one set of a study."""

from pathlib import Path

import click
import pyarrow as pa

from audiophrase import tables
from audiophrase.clips import leakage as leaking
from audiophrase.clips.availability import USABLE
from audiophrase.clips.sound_digest import sound_digest
from audiophrase.jobs.study_options import read_splits, splits_option
from audiophrase.options import file_argument, file_option
from audiophrase.report.cells import markdown
from audiophrase.report.leakage import leakage_table

STAGE = "leakage"


@click.command()
@splits_option
@click.option("--exclude", is_flag=True, help="Leave what val or test has, too, out of training.")
@file_option("--clips", "Table of clips.")
@file_argument("clip_shards", nargs=-1, required=True)
@file_option("--leakage", "Table of leaks to write.")
@file_option("--leakage-csv", "The same as CSV.")
@file_option("--leakage-md", "What it comes to, for people.")
def leakage(
    splits: str,
    exclude: bool,
    clips: Path,
    clip_shards: tuple[Path, ...],
    leakage: Path,
    leakage_csv: Path,
    leakage_md: Path,
) -> None:
    """Compare the clips with usable audio of CLIP_SHARDS, data/DATASET/clips/SPLIT-NUMBER.parquet."""
    chosen = read_splits(splits)
    annotated = {
        (row.get("dataset") or clip_shards[0].parent.parent.name, row["split"], row["clip_id"]): row
        for row in tables.read(clips, stage="annotations.clips").to_pylist()
    }
    compared = []
    for shard in clip_shards:
        dataset, split = shard.parent.parent.name, shard.stem.rsplit("-", 1)[0]
        shard_rows = tables.read(shard, stage="clips", columns=["clip_id", "state", "audio"])
        for row in shard_rows.to_pylist():
            clip = annotated.get((dataset, split, row["clip_id"]))
            if clip is not None and row["state"] in USABLE:
                digest = sound_digest(row["audio"]["bytes"], row["clip_id"])
                compared.append(leaking.recorded(clip, dataset, digest))
    rows = leaking.leaks(compared, exclude=exclude)
    known = {"splits": chosen, "exclude_leaks": exclude}
    table = pa.Table.from_pylist(rows, leaking.SCHEMA)
    tables.write(leakage, table, stage=STAGE, settings={STAGE: known}, units={"overlap_s": "s"})
    shown = leakage_table(rows, **known)
    tables.write_csv(leakage_csv, shown.tidy)
    tables.write_text(leakage_md, markdown(shown))
    for note in shown.notes[:1]:
        click.echo(note, err=True)
