"""All that a data set has pinned on the network."""

from pathlib import Path

import click

from audiophrase import params as parameters
from audiophrase.archives.store import unpacked
from audiophrase.configfiles import configfiles
from audiophrase.download import fetch_all
from audiophrase.params.consistency import clip_sources, is_downloaded_with_audio
from audiophrase.pinned import pinned_files


@click.command()
@click.argument("dataset")
@configfiles
def download(dataset: str, configfiles: tuple[Path, ...]) -> None:
    """Fetch what DATASET has pinned on the network into cache/: clips only where an archive has them.

    Jobs fetch it themselves where it is missing: this
    is for knowing at once, and for hosts whose jobs reach no network.
    """
    known = parameters.load(Path("params.yaml"), *configfiles)
    sections = parameters.effective(known, dataset)
    is_archived = is_downloaded_with_audio(parameters.dataset_entry(known, dataset), sections)
    if is_archived:
        folder = unpacked(sections["annotations"]["audiogrounding_v2"]["url"])
        click.echo(f"labels and audio: {folder}, checksums as the record says", err=True)
    files = pinned_files(sections)
    for file, source in zip(files, fetch_all(files), strict=True):
        click.echo(f"{file.what}: {source}, {file.algorithm} checked", err=True)
    if not files and not is_archived:
        sources = clip_sources(parameters.dataset_entry(known, dataset)["clips"])
        beside = " beside its clips" if "youtube" in sources else ""
        click.echo(f"{dataset} needs nothing from the network{beside}", err=True)
