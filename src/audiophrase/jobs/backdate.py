"""What a DVC stage of shards does first: date back those that Snakemake did not make."""

from pathlib import Path

import click

from audiophrase.bridge import adopt as adopting
from audiophrase.bridge.current import current_stages
from audiophrase.bridge.stages import GROUPING
from audiophrase.errors import AudiophraseError


@click.command()
@click.argument("family")
@click.argument("key")
def backdate(family: str, key: str) -> None:
    """Date back shards that Snakemake did not make: `dvc repro` must not take a stale one for new.

    A stage of shards keeps its folder when DVC runs it again, so that it resumes. Snakemake decides
    which shards are current, but by time stamps alone where it has no record of having made them;
    DVC's cache has those. `audiophrase adopt` gives Snakemake the records. FAMILY and KEY are those of
    the DVC stage FAMILY@KEY.
    """
    of_dataset = current_stages([key.split(".")[0]])
    stages = [s for s in of_dataset if (s.family, s.key) == (family, key) and s.manifests]
    if not stages:
        raise AudiophraseError(f"{family}@{key} is no stage of shards", f"{GROUPING} names them")
    for job in stages[0].jobs:
        if not job.is_known:
            for path in map(Path, job.outputs):
                if path.exists():
                    click.echo(f"{path} is made again: Snakemake has no record of it", err=True)
                    adopting.age(path)
