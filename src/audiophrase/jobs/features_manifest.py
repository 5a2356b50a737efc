"""The manifest of a split's shards of features."""

import hashlib
from pathlib import Path

import click

from audiophrase import manifests
from audiophrase.jobs.checked_shards import write_manifest
from audiophrase.jobs.network_option import network_option
from audiophrase.options import file_argument, file_option, settings


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
    write_manifest(manifest, "features", split, settings, shards, inputs)
