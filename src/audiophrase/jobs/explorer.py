"""The explorer: pages to hear the test clips, see what each run makes of them, and find its errors."""

from collections.abc import Callable
from pathlib import Path

import click
import pyarrow.compute as pc

from audiophrase import tables
from audiophrase.clips.availability import USABLE
from audiophrase.clips.flac import decode_flac
from audiophrase.clips.opus import encode_opus
from audiophrase.explorer import site
from audiophrase.explorer.clips import assembled
from audiophrase.explorer.folder import replace_folder
from audiophrase.explorer.runs import Run
from audiophrase.explorer.shards import Rows
from audiophrase.explorer.site import HEARD, LEFT_OUT, NOT_HERE, Contents, Frames
from audiophrase.features.shards import column_of_frames, read_shard
from audiophrase.jobs.report_options import audio_option
from audiophrase.options import file_option, settings
from audiophrase.settings import structure
from audiophrase.text.coverage import most_unknown


def _files(name: str, help_text: str):
    return click.option(name, type=click.Path(path_type=Path), multiple=True, help=help_text)


@click.command()
@settings
@click.option("--dataset", required=True, help="Name of the data set.")
@click.option("--title", required=True, help="Its title.")
@audio_option
@click.option(
    "--sound",
    type=click.Choice([HEARD, LEFT_OUT]),
    required=True,
    help="Whether the pages carry the clips' sound.",
)
@file_option("--clip-table", "Table of clips.")
@file_option("--captions", "Table of captions.")
@file_option("--phrases", "Table of phrases.")
@file_option("--vocabulary", "Vocabulary with vectors.")
@file_option("--caption-words", "Word ids of captions.")
@file_option("--phrase-words", "Word ids of phrases.")
@file_option("--coverage", "How words were found (CSV).")
@_files("--features", "Shards of the test split, by the paper's front end.")
@_files("--clips", "Shards of clips of the test split, which may be absent.")
@click.option("--run", multiple=True, required=True, help="VARIANT/SEED, the paper's first.")
@_files("--scores", "Frame-phrase similarities of each run.")
@_files("--curve", "Precision, recall and F1 by threshold of each run (CSV).")
@_files("--rankings", "What stands first in each run.")
@_files("--frame-words", "Frame-word similarities of each run.")
@file_option("--page", "First page to write (HTML); its folder is written as a whole.")
def explorer(
    settings: dict,
    dataset: str,
    title: str,
    audio: str,
    sound: str,
    clip_table: Path,
    captions: Path,
    phrases: Path,
    vocabulary: Path,
    caption_words: Path,
    phrase_words: Path,
    coverage: Path,
    features: tuple[Path, ...],
    clips: tuple[Path, ...],
    run: tuple[str, ...],
    scores: tuple[Path, ...],
    curve: tuple[Path, ...],
    rankings: tuple[Path, ...],
    frame_words: tuple[Path, ...],
    page: Path,
) -> None:
    """Write the explorer; files of runs are given in the order of --run."""
    frames = Rows(features, lambda shard: read_shard(shard, settings), lambda row: row["n_frames"])
    present = [shard for shard in clips if shard.exists()]
    heard = Rows(
        present if sound == HEARD else (),
        lambda shard: tables.read(shard, stage="clips"),
        lambda row: row["state"] in USABLE,
    )
    words = tables.read(vocabulary, stage="text.vocabulary")
    contents = Contents(
        dataset=dataset,
        title=title,
        audio=audio,
        sound=NOT_HERE if sound == HEARD and not present else sound,
        clips=assembled(
            frames.clip_ids,
            _of_test(clip_table, "annotations.clips"),
            _of_test(captions, "annotations.captions"),
            _of_test(phrases, "annotations.phrases"),
            _word_ids(caption_words, "caption_id"),
            _word_ids(phrase_words, "phrase_id"),
        ),
        frames_of=_frames(frames),
        opus_of=_opus(heard),
        log_mel=structure(settings, "features") if "features" in settings else None,
        words=dict(zip(words["word_id"].to_pylist(), words["word"].to_pylist(), strict=True)),
        unknown=most_unknown(tables.read_csv(coverage), 50),
        runs=[
            Run(
                name,
                tables.read(of_scores, stage="sed_scores"),
                tables.read(of_rankings, stage="rankings"),
                tables.read(of_frame_words, stage="frame_words"),
                tables.read_csv(of_curve).to_dict("records"),
            )
            for name, of_scores, of_rankings, of_frame_words, of_curve in zip(
                run, scores, rankings, frame_words, curve, strict=True
            )
        ],
        reported_threshold=structure(settings, "evaluate.sed").reported_threshold,
    )
    replace_folder(page.parent, site.files(contents))
    click.echo(f"open {page} in a browser", err=True)


def _of_test(path: Path, stage: str) -> list[dict]:
    table = tables.read(path, stage=stage)
    return table.filter(pc.equal(table["split"], "test")).to_pylist()


def _word_ids(path: Path, key: str) -> dict[str, list[int]]:
    table = tables.read(path, stage=f"text.{key.removesuffix('_id')}s")
    return dict(zip(table[key].to_pylist(), table["word_ids"].to_pylist(), strict=True))


def _frames(rows: Rows) -> Callable[[str], Frames]:
    def frames_of(clip_id: str) -> Frames:
        row = rows[clip_id]
        n_frames, hop_s = row["n_frames"][0].as_py(), row["hop_s"][0].as_py()
        values = row[column_of_frames(row)][0].values.to_numpy()
        return Frames(values.reshape(n_frames, -1), hop_s)

    return frames_of


def _opus(rows: Rows) -> Callable[[str], bytes | None]:
    """The sound of a clip; None where its shard is not here."""

    def opus_of(clip_id: str) -> bytes | None:
        if clip_id not in rows:
            return None
        return encode_opus(*decode_flac(rows[clip_id]["audio"][0].as_py()["bytes"], clip_id))

    return opus_of
