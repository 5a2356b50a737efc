"""Recordings by what is heard in them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from audiophrase.commands import using
from audiophrase.configfiles import snakemake_command
from audiophrase.errors import AudiophraseError
from audiophrase.outputs import text
from audiophrase.outputs.text import as_json as to_json
from audiophrase.prose import tell

INDEX = ".audiophrase"  # in the folder that is searched
_N_SHOWN = 10
_EXAMPLES = """\b
Examples:
  export AUDIOPHRASE_MODEL=results/demo/runs/paper/seed-1
  audiophrase search "rain on a roof" --in recordings
  audiophrase search "a dog barks" "wind" --in recordings --top 3 --json
  audiophrase search "a bell rings" --in demo
"""


@click.command(epilog=_EXAMPLES)
@click.argument("texts", nargs=-1, required=True, metavar="TEXT...")
@click.option(
    "--in",
    "place",
    required=True,
    metavar="FOLDER|DATASET",
    help="A folder of recordings, or a data set whose clips are in data/DATASET.",
)
@using.model_option
@using.device_option
@click.option(
    "--top", type=click.IntRange(min=1), default=_N_SHOWN, show_default=True, help="List so many."
)
@click.option(
    "--index",
    "index_folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help=f"Where the index of this place lies (default: FOLDER/{INDEX}, cache/DATASET/search).",
)
@using.json_option
def search(
    texts: tuple[str, ...],
    place: str,
    model_path: Path | None,
    device: str,
    top: int,
    index_folder: Path | None,
    as_json: bool,
) -> None:
    """List the recordings that suit each TEXT best, and the part of each that does.

    The first search goes through all of them and keeps their frames in an index, about 3 MB a
    minute of sound; later ones read what is new or changed. It can be deleted at any time.
    """
    from audiophrase.inference.audio import readers
    from audiophrase.inference.search import ranked
    from audiophrase.sound_index.tables import pieces
    from audiophrase.sound_index.update import update

    with using.remarks():
        sounds, default = _sounds(place)
    if index_folder is None and not _is_writable(default):
        raise AudiophraseError(
            f"the index would lie in {default}, where you may not write",
            "say where: --index FOLDER",
        )
    model = using.load_model(model_path, device)
    with using.remarks():
        chosen = [model.text_vectors(each) for each in dict.fromkeys(texts)]
    folder = (index_folder or default) / model.digest[:16]
    done = update(
        folder,
        sounds,
        model=model.digest,
        readers=readers(),
        listen=lambda content: _listen(model, content),
        watch=lambda waiting: using.progress(waiting, "file"),
    )
    tell(
        f"index: {text.visible(str(folder))}, {done.n_kept} as they were, {done.n_made} new or changed, "
        f"{done.n_dropped} gone",
        err=True,
    )
    best, problems = {}, {}
    for entry in using.progress(done.entries, "file"):
        about = entry.outcome
        if about.problem is None:
            windows = model.best_windows(pieces(folder, entry), about.hop_s, chosen)
            best[entry.name] = [window.within(about.duration_s) for window in windows]
        else:
            problems[entry.name] = about.problem
    names = [each.text for each in chosen]
    hits = _hits(names, ranked(names, best, problems), top)
    if as_json:
        of_texts = [{"text": each, "files": files} for each, files in hits.items()]
        click.echo(to_json({"texts": of_texts, "not_searched": dict(sorted(problems.items()))}))
    else:
        _show(hits, problems)


def _sounds(place: str) -> tuple[list, Path]:
    """What is to be searched, and where its index lies if nothing else is said."""
    from audiophrase.inference.search import audio_files
    from audiophrase.sound_index.sounds import of_files, of_shards

    if not place:  # a variable that is not set, which Path takes for this folder
        raise AudiophraseError("--in names no folder", "name one, such as . for this one")
    folder, clips = Path(place), Path("data", place, "clips")
    if folder.is_dir():
        return of_files(folder, audio_files(folder)), folder / INDEX
    if os.sep not in place and clips.is_dir():
        return of_shards(sorted(clips.glob("*.parquet"))), Path("cache", place, "search")
    raise AudiophraseError(
        f"there is no folder {place}, and no data set of that name here",
        f"name a folder of recordings; in the project's folder, "
        f"`{snakemake_command(f'data/{place}/availability.csv', [])}` gets the clips of a data set",
    )


def _is_writable(folder: Path) -> bool:
    """Whether one may write into a folder, or make it: asked before anything long is done."""
    absolute = folder.absolute()
    return os.access(next(p for p in (absolute, *absolute.parents) if p.exists()), os.W_OK)


def _listen(model: Any, content: Path | bytes) -> Any:
    """A recording as an index takes it, in pieces."""
    from audiophrase.sound_index.tables import Outcome
    from audiophrase.sound_index.update import Heard

    streams = []

    def pieces() -> Iterator[Any]:
        with model.stream(content) as stream:
            streams.append(stream)
            for _, frames in stream.pieces:
                yield frames

    def outcome() -> Outcome:
        stream = streams[0]
        return Outcome(stream.hop_s, stream.duration_s, "silent" if stream.is_silent else None)

    return Heard(pieces(), outcome)


def _hits(texts: Sequence[str], ranked: Any, top: int) -> dict[str, list[dict[str, Any]]]:
    """The best of each text."""
    best = ranked[ranked["rank"].notna() & (ranked["rank"] <= top)]
    hits: dict[str, list[dict[str, Any]]] = {each: [] for each in texts}
    for row in best.itertuples():
        hit = {"rank": int(row.rank), "file": row.file}
        numbers = {key: float(getattr(row, key)) for key in ("score", "onset_s", "offset_s")}
        hits[row.text].append(hit | numbers)
    return hits


def _show(hits: Mapping[str, Sequence[Mapping[str, Any]]], problems: Mapping[str, str]) -> None:
    """A line each; below them what could not be searched."""
    for number, (each, files) in enumerate(hits.items()):
        click.echo(("\n" if number else "") + text.visible(each))
        rows = [
            (
                f["rank"],
                f"{f['score']:.3f}",
                f"{f['onset_s']:.2f}",
                f"{f['offset_s']:.2f}",
                f["file"],
            )
            for f in files
        ]
        names = ("rank", "score", "onset_s", "offset_s", "file")
        click.echo(text.columns(names, rows, numbers="rrrrl") if rows else "no recording")
    for name, problem in sorted(problems.items()):
        tell(f"not searched: {text.visible(name)}: {text.visible(problem)}", err=True)
