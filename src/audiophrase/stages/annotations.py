"""Stage annotations: the originals, and the tables of clips, captions and phrases."""

from pathlib import Path

import click

from audiophrase import tables
from audiophrase.annotations import files, grammar, parsing
from audiophrase.annotations.forms import clip_list
from audiophrase.errors import AnnotationError
from audiophrase.settings import structure
from audiophrase.splits import SPLITS
from audiophrase.stages.options import file_argument, file_option, settings


@click.command()
@settings
@file_argument("outputs", nargs=3)
def generate_annotations(settings: dict, outputs: tuple[Path, ...]) -> None:
    """Make up the annotations of train, val and test from the demo's grammar."""
    params = structure(settings, "annotations.grammar")
    annotations = grammar.generate(
        n_clips=params.n_clips,
        captions_per_clip=params.captions_per_clip,
        duration_s=params.duration_s,
        seed=params.seed,
    )
    for split, output in zip(SPLITS, outputs, strict=True):
        tables.write_json(output, annotations[split], sealed=False)


@click.command()
@file_argument("source")
@file_argument("output")
def import_annotations(source: Path, output: Path) -> None:
    """Take over one annotation file, as it is, once it proves to be JSON."""
    if clip_list.recognises(files.load(source)):
        raise AnnotationError(
            f"{source} is a list of clips without captions",
            "name a list as CSV in annotations.list, in place of annotations.files",
        )
    tables.write_bytes(output, source.read_bytes())


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
    from audiophrase.annotations.counts import counts as count  # pandas, for one command of three

    content = {s: files.load(path) for s, path in zip(SPLITS, sources, strict=True)}
    shards = dict(zip(SPLITS, n_shards, strict=True))
    parsed = parsing.parse(content, shards)
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
