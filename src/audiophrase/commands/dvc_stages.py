"""Writing dvc.yaml."""

import click

from audiophrase import params
from audiophrase.bridge.current import renew
from audiophrase.bridge.dvc import FILE
from audiophrase.bridge.graph import read_graph
from audiophrase.bridge.stages import GROUPING, PARAMS, group, omissions, read_grouping
from audiophrase.errors import AudiophraseError


@click.command()
@click.option("--check", is_flag=True, help="Change nothing; fail if dvc.yaml is not current.")
def dvc_stages(check: bool) -> None:
    """Write dvc.yaml from the workflow, for every data set of params.yaml that could be made."""
    everything = params.load(PARAMS)
    graph, grouping = read_graph(params.with_paths(everything)), read_grouping()
    stages = group(graph.jobs, grouping, everything)
    if left_out := omissions(graph, stages, grouping):
        raise AudiophraseError(
            "not every rule and artifact is versioned:\n"
            + "\n".join(f"  - {line}" for line in left_out),
            f"fix {GROUPING}, or `artifacts` in src/audiophrase/artifacts.py",
        )
    if renew(stages, grouping, write=not check):
        click.echo(f"{FILE} written again: commit it with what made it change")
    else:
        click.echo(f"{FILE} is current")
