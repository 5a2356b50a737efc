"""The tables of clips, captions and phrases, out of the originals of the annotations."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations import files, parsing
from audiophrase.annotations.counts import counts as count
from audiophrase.options import file_option
from audiophrase.splits import SPLITS


@click.command()
@click.option("--n-shards", type=click.IntRange(min=1), nargs=3, required=True)
@click.argument("sources", nargs=3, type=click.Path(path_type=Path))
@file_option("--clips", "Table of clips to write.")
@file_option("--captions", "Table of captions to write.")
@file_option("--phrases", "Table of phrases to write.")
@file_option("--counts", "What there is, and what is odd, in numbers, to write (CSV).")
def annotations(
    n_shards: tuple[int, ...],
    sources: tuple[Path, ...],
    clips: Path,
    captions: Path,
    phrases: Path,
    counts: Path,
) -> None:
    """Parse the annotations of train, val and test into tables."""
    content = {s: files.load(path) for s, path in zip(SPLITS, sources, strict=True)}
    shards = dict(zip(SPLITS, n_shards, strict=True))
    parsed = parsing.parse(content, shards)
    if parsed["captions"].num_rows:  # of a list of clips nothing is trained
        parsing.require_two_clips(parsed["clips"])
    parsing.require_test_phrases(parsed["phrases"])
    for name, path in (("clips", clips), ("captions", captions), ("phrases", phrases)):
        tables.write(
            path,
            parsed[name],
            stage=f"annotations.{name}",
            settings={"shards": shards},
            units={"start_s": "s", "end_s": "s", "segments": "s"},
        )
    counted = count(parsed)
    tables.write_csv(counts, counted)
    click.echo(counted.to_string(index=False), err=True)
