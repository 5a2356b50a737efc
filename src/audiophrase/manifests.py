"""The manifest of a sharded stage: which shards a split has, with their digests.

DVC sees a folder of shards as one thing, and takes what lies in it for what the stage has made. A
manifest is made by reading every shard: one that is damaged, or that was made with other parameters
or of other inputs, is deleted and told, and what is no shard of the data set any more is removed.
So whatever stands in a manifest was sound when it was written, and the next stage can depend on
this small file where the shards themselves need not be at hand.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from audiophrase import tables
from audiophrase.errors import ArtifactError
from audiophrase.settings import Settings

CHUNK_BYTES = 1 << 20


def manifest(
    shards: Sequence[Path],
    *,
    stage: str,
    settings: Settings,
    inputs: Mapping[str, Mapping[str, str]],
) -> dict[str, Any]:
    """The manifest of shards of one split, each of them read and checked.

    Args:
        shards: all shards of the split.
        inputs: name of a shard -> the digests of what it must have been made of.

    Returns:
        `stage`, `settings`, and `shards`: file name -> `md5` (of the file, which is what DVC
        records), `sha256` (of the content, which is what the next stage's shards record), `n_clips`.

    Raises:
        ArtifactError: some did not match. They have been deleted, so that they are made again.
    """
    entries, reasons = {}, []
    for path in shards:
        try:
            table, provenance = tables.read_with_provenance(path, stage=stage, settings=settings)
            if provenance.get("inputs", {}) != inputs[path.stem]:
                raise ArtifactError(f"{path} was made of other inputs than there are now")
        except ArtifactError as error:
            path.unlink(missing_ok=True)
            reasons.append(f"  - {error.problem}")
            continue
        entries[path.name] = {
            "md5": md5(path),
            "sha256": provenance["sha256"],
            "n_clips": len(table),
        }
    if reasons:
        raise ArtifactError(
            "shards that cannot be used were deleted:\n" + "\n".join(reasons),
            "run the same command again: they are made again",
        )
    return {"stage": stage, "settings": settings, "shards": entries}


def orphans(shards: Iterable[Path], split: str) -> list[Path]:
    """Files beside the shards of a split that are none of them: left of other shard counts."""
    expected = {path.name for path in shards}
    folders = {path.parent for path in shards}
    return sorted(
        file
        for folder in folders
        for pattern in (f"{split}-*.parquet", f".{split}-*.partial")
        for file in folder.glob(pattern)
        if file.name not in expected
    )


def read(path: Path) -> dict[str, Any]:
    """A manifest as `manifest` returned it. Raises ArtifactError."""
    content = tables.read_json(path)
    shards = content.get("shards") if isinstance(content, dict) else None
    if not isinstance(shards, dict) or not all(
        isinstance(entry, dict) and {"md5", "sha256", "n_clips"} <= set(entry) and "/" not in name
        for name, entry in shards.items()
    ):
        raise ArtifactError(f"{path} is not a manifest", tables.REMAKE)
    return content


def md5(path: Path) -> str:
    """MD5 of a file, the digest by which DVC names its content."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
