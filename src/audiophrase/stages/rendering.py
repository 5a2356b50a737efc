"""Stage retrieve, for rendered clips: a shard of them."""

import hashlib
from pathlib import Path

import click
import numpy as np
import pyarrow as pa

from audiophrase import tables
from audiophrase.annotations.grammar import kind_of
from audiophrase.clips import shards
from audiophrase.clips.render import render_clip
from audiophrase.clips.withdrawn import withdrawn_clips
from audiophrase.errors import AnnotationError
from audiophrase.params import structure
from audiophrase.stages.clip_shards import write_shard
from audiophrase.stages.options import file_argument, file_option, settings


@click.command()
@settings
@click.option("--shard", required=True, help="Name of the shard, such as train-00000.")
@file_option("--clips", "Table of clips.")
@file_option("--phrases", "Table of phrases.")
@file_argument("output")
def render_clips(settings: dict, shard: str, clips: Path, phrases: Path, output: Path) -> None:
    """Render the clips of a shard from their phrases."""
    clip_params, params = structure(settings, "retrieve"), structure(settings, "retrieve.render")
    clip_table = tables.read(clips, stage="annotations.clips")
    phrase_table = tables.read(phrases, stage="annotations.phrases")
    all_clips = clip_table.to_pylist()
    chosen = [clip for clip in all_clips if clip["shard"] == shard]
    events = _events(phrase_table, {clip["clip_id"] for clip in chosen})
    withdrawn = withdrawn_clips(all_clips, params.n_withdrawn, params.seed)
    rows = []
    for clip in chosen:
        if clip["clip_id"] in withdrawn:
            rows.append(shards.failure_row(clip["clip_id"], withdrawn[clip["clip_id"]]))
            continue
        duration_s = clip["end_s"] - clip["start_s"]
        samples = render_clip(
            events[clip["clip_id"]],
            duration_s=duration_s,
            sample_rate_hz=params.sample_rate_hz,
            rng=np.random.default_rng([params.seed, _number(clip["clip_id"])]),
        )
        rows.append(
            shards.audio_row(
                clip["clip_id"], samples, params.sample_rate_hz, duration_s, clip_params
            )
        )
    inputs = shards.input_digests(shard, clip_table, phrase_table)
    write_shard(output, rows, settings, inputs)


def _events(phrases: pa.Table, clip_ids: set[str]) -> dict[str, list]:
    """For each clip its events, in the order of their kinds: (kind, [(onset_s, offset_s), ...]).

    Several captions name the same event; the first counts.
    """
    events: dict[str, dict[str, list]] = {identifier: {} for identifier in clip_ids}
    for row in phrases.to_pylist():
        if row["clip_id"] in clip_ids:
            try:
                kind = kind_of(row["phrase"]).name
            except ValueError as error:
                raise AnnotationError(
                    str(error), "only captions of the grammar can be rendered: use `clips: local`"
                ) from None
            segments = [(segment["onset_s"], segment["offset_s"]) for segment in row["segments"]]
            events[row["clip_id"]].setdefault(kind, segments)
    return {identifier: sorted(kinds.items()) for identifier, kinds in events.items()}


def _number(clip_id: str) -> int:
    return int.from_bytes(hashlib.sha256(clip_id.encode()).digest()[:8], "big")
