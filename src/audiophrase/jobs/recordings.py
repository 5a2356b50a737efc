"""The recordings of a folder whose names tell of no shard, with their digests: each shard's input."""

import hashlib
from pathlib import Path

import click

from audiophrase import tables
from audiophrase.clips.archive import may_be_of_any_shard
from audiophrase.clips.folder import list_files
from audiophrase.options import file_argument


@click.command()
@file_argument("folder")
@file_argument("output")
def recordings(folder: Path, output: Path) -> None:
    """List the recordings that may hold clips of any shard, with the SHA-256 of each."""
    names = filter(may_be_of_any_shard, list_files(folder))
    digests = {name: sha256(folder / name) for name in names}
    tables.write_json(output, {"sha256": digests})
    click.echo(f"{len(digests):,} recordings may hold clips of any shard", err=True)


def sha256(path: Path) -> str | None:
    """Of a file's bytes; None if they cannot be read, which the rows of its clips will say."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
