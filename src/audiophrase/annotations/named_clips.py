"""The clips that annotation files name, before any job: they tell what a shard depends on."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from audiophrase.annotations.files import load
from audiophrase.annotations.forms import recognise
from audiophrase.annotations.importing import split_of
from audiophrase.annotations.parameters import SplitParams
from audiophrase.clip_ids import shard_name


def named_clips(
    files: Mapping[str | None, Path],
    n_shards: Mapping[str, int],
    params: SplitParams | None = None,
) -> list[dict[str, Any]]:
    """A row for each clip, as in clips.parquet; a row that the job will refuse is left out.

    Args:
        files: split -> its file; None -> that of all splits.
        params: how splits are drawn out of a file of all.

    Raises:
        AnnotationError: a file cannot be read, or has no form that is read.
    """
    clips: dict[str, dict[str, Any]] = {}
    for row in _rows(files, n_shards, params):
        clips.setdefault(row["clip_id"], row)  # as `parsing`: of two names of a clip the first
    return list(clips.values())


def _rows(
    files: Mapping[str | None, Path], n_shards: Mapping[str, int], params: SplitParams | None
) -> Iterator[dict[str, Any]]:
    for of_file, path in files.items():
        content = load(path)
        form = recognise(content, str(path))
        seen = set()
        for row in form.rows(content, str(path)):
            if row.problem or not isinstance(row.filename, str) or row.filename in seen:
                continue
            seen.add(row.filename)
            try:
                clip = form.clip(row.filename)
            except ValueError:
                continue
            split = of_file or split_of(row, clip, params)
            shard = shard_name(clip.clip_id, split, n_shards[split])
            yield asdict(clip) | {"split": split, "shard": shard}
