"""Clips from YouTube: packing a shard of those that were fetched."""

from functools import partial
from pathlib import Path
from typing import Any

import click

from audiophrase import tables
from audiophrase.clips import shards
from audiophrase.clips.availability import State
from audiophrase.clips.flac import decode_flac
from audiophrase.clips.inputs import input_digests
from audiophrase.clips.mixture import Sources
from audiophrase.clips.parameters import ClipParams
from audiophrase.configfiles import fetch_command, of_workflow
from audiophrase.errors import ArtifactError
from audiophrase.jobs.clip_shards import is_first, write_shard
from audiophrase.options import file_argument, file_option, settings
from audiophrase.settings import structure
from audiophrase.youtube.attempts import read_table
from audiophrase.youtube.history import FETCHED, ClipHistory, fold
from audiophrase.youtube.names import ledger_id
from audiophrase.youtube.packed import packed_rows
from audiophrase.youtube.section_files import read_section


@click.command()
@settings
@click.option("--shard", required=True, help="Name of the shard, such as train-00000.")
@file_option("--clips", "Table of clips.")
@file_option("--attempts", "Table of attempts.")
@click.option("--cache", type=click.Path(path_type=Path), required=True, help="Fetched sections.")
@click.option("--source", default="youtube", help="Where clips come from; several with commas.")
@click.option("--folder", type=click.Path(path_type=Path), help="Audio files, for source local.")
@file_argument("output")
def youtube_clips(
    settings: dict,
    shard: str,
    clips: Path,
    attempts: Path,
    cache: Path,
    source: str,
    folder: Path | None,
    output: Path,
) -> None:
    """Pack the clips of a shard from the fetched sections, or from the shard as it is."""
    clip_params = structure(settings, "retrieve")
    all_clips = tables.read(clips, stage="annotations.clips")
    histories = fold(read_table(attempts).to_pylist())
    packed = packed_rows(output, {id_: (history.sha256,) for id_, history in histories.items()})
    sources = Sources.of(source.split(","), folder)
    dataset = output.parent.parent.name
    rows, clip_rows = [], all_clips.to_pylist()
    matches = sources.matches(clip_rows)
    for clip in clip_rows:
        if clip["shard"] == shard:
            history = histories.get(clip["clip_id"])
            from_youtube = partial(_row, clip, history, cache, packed, clip_params, dataset)
            rows.append(sources.row(clip, matches, clip_params, from_youtube))
    if is_first(shard) and (note := matches.note()):
        click.echo(f"note: {note}", err=True)
    write_shard(output, rows, settings, input_digests(shard, all_clips))


def _row(
    clip: dict[str, Any],
    history: ClipHistory | None,
    cache: Path,
    packed: dict[str, dict[str, Any]],
    clip_params: ClipParams,
    dataset: str,
) -> dict[str, Any]:
    clip_id = clip["clip_id"]
    if history is None:
        raise ArtifactError(
            f"clip {clip_id} was never tried", f"`{fetch_command(dataset, of_workflow())}` tries it"
        )
    if history.state not in FETCHED:
        state, reason = State(history.state), history.reason or "unknown"
        return shards.failure_row(clip_id, shards.Failure(state, reason, history.message or ""))
    flac = read_section(cache, ledger_id(clip), history.sha256)
    if flac is None and clip_id in packed:
        flac = packed[clip_id]["audio"]["bytes"]
    if flac is None:
        raise ArtifactError(
            f"clip {clip_id} was fetched, but its audio is neither in {cache} nor in the shard",
            f"`{fetch_command(dataset, of_workflow())}` fetches it again, then run the same command "
            "again",
        )
    samples, rate_hz = decode_flac(flac, clip_id)
    return shards.audio_row(clip_id, samples, rate_hz, clip["end_s"] - clip["start_s"], clip_params)
