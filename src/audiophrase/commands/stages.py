"""Listing the DVC stages of a data set."""

import click

from audiophrase import params
from audiophrase.bridge import dvcfile
from audiophrase.bridge.current import current_stages
from audiophrase.bridge.dvc import FILE, read_lock
from audiophrase.bridge.stages import KEPT, PARAMS
from audiophrase.errors import AudiophraseError


@click.command()
@click.argument("dataset")
@click.argument("families", nargs=-1, metavar="[FAMILY]...")
@click.option("--recorded", is_flag=True, help="Only what dvc.lock knows and a remote may have.")
def stages(dataset: str, families: tuple[str, ...], recorded: bool) -> None:
    """List the DVC stages of a data set, for `dvc pull`, `dvc push` and `dvc status`."""
    params.dataset_entry(params.load(PARAMS), dataset)
    outs = (
        {name: stage["outs"] for name, stage in read_lock().items()}
        if recorded
        else {stage.name: [] for stage in current_stages([dataset])}
    )
    if recorded and FILE.exists():  # dvc.lock also keeps what dvc.yaml no longer has
        current = dvcfile.names(FILE.read_text(encoding="utf-8"))
        outs = {name: paths for name, paths in outs.items() if name in current}
    of_dataset = {
        name: paths
        for name, paths in outs.items()
        if name.partition("@")[2].split(".")[0] == dataset
    }
    family_of = {name: name.partition("@")[0].removesuffix(KEPT) for name in of_dataset}
    if recorded and not of_dataset:
        raise AudiophraseError(
            f"dvc.lock knows nothing of {dataset}",
            "fetch a commit that has it (git pull), or make and record it: snakemake, then "
            f"audiophrase record {dataset}",
        )
    if unknown := set(families) - set(family_of.values()):
        raise AudiophraseError(
            f"there is no family {min(unknown)}",
            f"name one of {', '.join(dict.fromkeys(family_of.values()))}",
        )
    chosen = [name for name, family in family_of.items() if not families or family in families]
    kept = [name for name in chosen if recorded and name.partition("@")[0].endswith(KEPT)]
    # Files come before stages: `dvc pull` (3.67) leaves out files that are named after a stage.
    for name in kept:
        for out in of_dataset[name]:
            if not str(out.get("md5")).endswith(".dir"):
                click.echo(out["path"])
    for name in chosen:
        if name not in kept:
            click.echo(name)
