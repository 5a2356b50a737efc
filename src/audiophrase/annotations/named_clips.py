"""The clips that annotation files name, before any job: they tell what a shard depends on."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from audiophrase.annotations.files import load
from audiophrase.annotations.forms import recognise
from audiophrase.clip_ids import shard_name


def named_clips(files: Mapping[str, Path], n_shards: Mapping[str, int]) -> list[dict[str, Any]]:
    """A row for each clip, as in clips.parquet; a row that the job will refuse is left out.

    Args:
        files: split -> its file.

    Raises:
        AnnotationError: a file cannot be read, or has no form that is read.
    """
    clips: dict[str, dict[str, Any]] = {}
    for row in _rows(files, n_shards):
        clips.setdefault(row["clip_id"], row)  # as `parsing`: of two names of a clip the first
    return list(clips.values())


def _rows(files: Mapping[str, Path], n_shards: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    for split, path in files.items():
        content = load(path)
        form = recognise(content, split)
        seen = set()
        for row in form.rows(content, split):
            if not isinstance(row.filename, str) or row.filename in seen:
                continue
            seen.add(row.filename)
            try:
                clip = form.clip(row.filename)
            except ValueError:
                continue
            shard = shard_name(clip.clip_id, split, n_shards[split])
            yield asdict(clip) | {"split": split, "shard": shard}
