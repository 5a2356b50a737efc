"""Rendering a shard of clips, however a clip is rendered."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from audiophrase import tables
from audiophrase.clips import shards
from audiophrase.clips.inputs import input_digests
from audiophrase.clips.synthesis import Samples
from audiophrase.clips.withdrawn import withdrawn_clips
from audiophrase.errors import AnnotationError
from audiophrase.jobs.clip_shards import write_shard
from audiophrase.options import file_argument, file_option, settings
from audiophrase.settings import structure

# From a clip's rows of phrases.parquet, its length in seconds, the sampling rate in Hz and a
# generator of the clip's own, to its samples.
Renderer = Callable[[list[dict], float, int, np.random.Generator], Samples]


def rendering_options(command: Callable) -> Callable:
    """The options and arguments of a command that renders a shard."""
    for decorate in (
        file_argument("output"),
        file_option("--phrases", "Table of phrases."),
        file_option("--clips", "Table of clips."),
        click.option("--shard", required=True, help="Name of the shard, such as train-00000."),
        settings,
    ):
        command = decorate(command)
    return command


def write_rendered(
    settings: dict, shard: str, clips: Path, phrases: Path, output: Path, render: Renderer
) -> None:
    """Render the clips of a shard from their phrases, but for those marked as withdrawn."""
    clip_params, params = structure(settings, "retrieve"), structure(settings, "retrieve.render")
    clip_table = tables.read(clips, stage="annotations.clips")
    phrase_table = tables.read(phrases, stage="annotations.phrases")
    if not phrase_table.num_rows:
        raise AnnotationError(
            "the annotations have no phrases, so there is nothing to render clips from",
            "set the data set's clips to local or youtube",
        )
    all_clips = clip_table.to_pylist()
    chosen = [clip for clip in all_clips if clip["shard"] == shard]
    phrases_of = _phrases_of(phrase_table, [clip["clip_id"] for clip in chosen])
    withdrawn = withdrawn_clips(all_clips, params.n_withdrawn, params.seed)
    rows = []
    for clip in chosen:
        identifier = clip["clip_id"]
        if identifier in withdrawn:
            rows.append(shards.failure_row(identifier, withdrawn[identifier]))
            continue
        duration_s = _length_s(clip)
        rng = np.random.default_rng([params.seed, _number(identifier)])
        samples = render(phrases_of[identifier], duration_s, params.sample_rate_hz, rng)
        rows.append(
            shards.audio_row(identifier, samples, params.sample_rate_hz, duration_s, clip_params)
        )
    inputs = input_digests(shard, clip_table, phrase_table)
    write_shard(output, rows, settings, inputs)


def _length_s(clip: dict) -> float:
    if clip["start_s"] is None:
        raise AnnotationError(
            f"the annotations do not say how long clip {clip['clip_id']} is: it is a whole file",
            "set the data set's clips to local, and retrieve.folder to the folder of files such as "
            f"{clip['filename']}",
        )
    return clip["end_s"] - clip["start_s"]


def _phrases_of(phrases: pa.Table, clip_ids: list[str]) -> dict[str, list[dict]]:
    """The rows of each clip's phrases, in the order of the table."""
    by_clip: dict[str, list[dict]] = {identifier: [] for identifier in clip_ids}
    own = phrases.filter(pc.is_in(phrases["clip_id"], value_set=pa.array(clip_ids, pa.string())))
    for row in own.to_pylist():
        by_clip[row["clip_id"]].append(row)
    return by_clip


def _number(clip_id: str) -> int:
    return int.from_bytes(hashlib.sha256(clip_id.encode()).digest()[:8], "big")
