"""All that a data set has pinned on the network."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from audiophrase import params
from audiophrase.archives.store import unpacked
from audiophrase.configfiles import configfiles
from audiophrase.downloads.of_data_sets import pinned_files
from audiophrase.downloads.pinned import fetch_all
from audiophrase.params.sources import ARCHIVE, is_downloaded_with_audio, sources_of
from audiophrase.params.studies import all_members


@click.command()
@click.argument("dataset")
@configfiles
def download(dataset: str, configfiles: tuple[Path, ...]) -> None:
    """Fetch what DATASET has pinned on the network into cache/: clips only where an archive has them.

    Jobs fetch it themselves where it is missing: this is for knowing at once, and for hosts whose
    jobs reach no network.
    """
    known = params.load(Path("params.yaml"), *configfiles)
    params.dataset_entry(known, dataset)
    parts = dict.fromkeys([dataset, *all_members(known, dataset)])
    archives = _archives(known, parts)
    for url in archives:
        click.echo(f"labels and audio: {unpacked(url)}, checksums as the record says", err=True)
    # What several need is fetched once.
    named = [pinned_files(params.effective(known, name)) for name in parts]
    files = list(dict.fromkeys(file for of_part in named for file in of_part))
    for file, source in zip(files, fetch_all(files), strict=True):
        click.echo(f"{file.what}: {source}, {file.algorithm} checked", err=True)
    if not files and not archives:
        sources = [
            source for name in parts for source in sources_of(params.dataset_entry(known, name))
        ]
        beside = " beside its clips" if "youtube" in sources else ""
        click.echo(f"{dataset} needs nothing from the network{beside}", err=True)


def _archives(known: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    """The records, each once, that have the audio of some data sets beside their labels."""
    sections = {name: params.effective(known, name) for name in names}
    return list(
        dict.fromkeys(
            of_set["annotations"][ARCHIVE]["url"]
            for name, of_set in sections.items()
            if is_downloaded_with_audio(params.dataset_entry(known, name), of_set)
        )
    )
