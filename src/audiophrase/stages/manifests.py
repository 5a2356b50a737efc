"""Manifests of the sharded stages: every shard checked, leftovers removed."""

import hashlib
from pathlib import Path

import click

from audiophrase import manifests, tables
from audiophrase.clips.inputs import input_digests
from audiophrase.stages.options import file_argument, file_option, network_option, settings


@click.command()
@settings
@click.option("--split", required=True, help="train, val or test.")
@file_option("--clips", "Table of clips.")
@click.option("--phrases", type=click.Path(path_type=Path), help="Table, if clips are rendered.")
@file_option("--manifest", "The manifest to write.")
@file_argument("shards", nargs=-1)
def clips_manifest(
    settings: dict,
    split: str,
    clips: Path,
    phrases: Path | None,
    manifest: Path,
    shards: tuple[Path, ...],
) -> None:
    """Check the clip shards of a split and write down their digests."""
    clip_table = tables.read(clips, stage="annotations.clips")
    phrase_table = tables.read(phrases, stage="annotations.phrases") if phrases else None
    inputs = {path.stem: input_digests(path.stem, clip_table, phrase_table) for path in shards}
    _write(manifest, "clips", split, settings, shards, inputs)


@click.command()
@settings
@click.option("--split", required=True, help="train, val or test.")
@click.option("--front-end", required=True, help="Its name.")
@file_option("--clips-manifest", "Manifest of the clip shards of the split.")
@network_option
@file_option("--manifest", "The manifest to write.")
@file_argument("shards", nargs=-1)
def features_manifest(
    settings: dict,
    split: str,
    front_end: str,
    clips_manifest: Path,
    network: Path | None,
    manifest: Path,
    shards: tuple[Path, ...],
) -> None:
    """Check the feature shards of a split and write down their digests."""
    of_clips = manifests.read(clips_manifest)["shards"]
    also = {"front_end": front_end}
    also |= {"network": hashlib.sha256(network.read_bytes()).hexdigest()} if network else {}
    inputs = {
        Path(name).stem: {"clips": entry["sha256"], **also} for name, entry in of_clips.items()
    }
    _write(manifest, "features", split, settings, shards, inputs)


def _write(
    path: Path, stage: str, split: str, settings: dict, shards: tuple[Path, ...], inputs: dict
) -> None:
    for leftover in manifests.orphans(shards, split):
        click.echo(f"removed {leftover}: no shard of this data set", err=True)
        leftover.unlink()
    found = manifests.manifest(shards, stage=stage, settings=settings, inputs=inputs)
    tables.write_json(path, found)
    n_clips = sum(entry["n_clips"] for entry in found["shards"].values())
    click.echo(f"{stage}, {split}: {len(shards)} shards of {n_clips} clips are sound", err=True)
