"""Writing the manifest of a split's shards: every shard checked, leftovers removed."""

from pathlib import Path

import click

from audiophrase import manifests, tables
from audiophrase.amounts import counted


def write_manifest(
    path: Path, stage: str, split: str, settings: dict, shards: tuple[Path, ...], inputs: dict
) -> None:
    """Check the shards and write down their digests; shards of none of them are deleted."""
    for leftover in manifests.orphans(shards, split):
        click.echo(f"removed {leftover}: no shard of this data set", err=True)
        leftover.unlink()
    manifest = manifests.manifest(shards, stage=stage, settings=settings, inputs=inputs)
    tables.write_json(path, manifest)
    n_clips = sum(entry["n_clips"] for entry in manifest["shards"].values())
    checked = counted(len(shards), "shard")
    click.echo(f"{stage}, {split}: {checked} of {counted(n_clips, 'clip')} checked", err=True)
