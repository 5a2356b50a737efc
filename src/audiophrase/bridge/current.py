"""The stages of data sets as the workflow now has them, and dvc.yaml, which must say the same."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from audiophrase import params
from audiophrase.bridge import dvcfile
from audiophrase.bridge.dvc import FILE
from audiophrase.bridge.graph import Graph, read_graph
from audiophrase.bridge.stages import PARAMS, Stage, group, read_grouping
from audiophrase.errors import AudiophraseError
from audiophrase.tables import write_text


def current_stages(datasets: Sequence[str], *, write: bool = False) -> list[Stage]:
    """The stages of the data sets; dvc.yaml, which DVC goes by, must be current, or is made so."""
    return stages_and_graph(datasets, write=write)[0]


def stages_and_graph(datasets: Sequence[str], *, write: bool = False) -> tuple[list[Stage], Graph]:
    """As `current_stages`, and the graph with their jobs."""
    everything = params.load(PARAMS)
    for dataset in datasets:
        params.require_paths(everything, dataset)
    possible = params.with_paths(everything)
    grouping = read_grouping()
    try:
        graph = read_graph(possible)
        stages = group(graph.jobs, grouping, everything)
    except (AudiophraseError, SystemExit) as error:
        if set(datasets) >= set(possible):
            raise
        # Files of another data set may lie on another machine.
        click.echo(f"warning: whether {FILE} is current is not known: {error}", err=True)
        graph = read_graph(datasets)
        return group(graph.jobs, grouping, everything), graph
    if renew(stages, grouping, write=write):
        click.echo(f"{FILE} was not current and has been written again")
    return [stage for stage in stages if stage.dataset in datasets], graph


def renew(stages: Sequence[Stage], grouping: Mapping[str, Any], *, write: bool) -> bool:
    """Whether dvc.yaml was not current; then it is written again, or its user told to do so."""
    text = dvcfile.render(stages, grouping["plots"])
    if FILE.exists() and FILE.read_text(encoding="utf-8") == text:
        return False
    if not write:
        raise AudiophraseError(
            f"{FILE} is not what the workflow says", "write it again: audiophrase dvc-stages"
        )
    write_text(FILE, text)
    return True
