"""Telling Snakemake which pulled files are current."""

import click

from audiophrase.bridge import adopt as adopting
from audiophrase.bridge import guard
from audiophrase.bridge.current import stages_and_graph
from audiophrase.bridge.dvc import without_memory
from audiophrase.bridge.record import refuse
from audiophrase.bridge.survey import survey
from audiophrase.commands.states import chosen, datasets_argument, dry_run_option, show


@click.command()
@datasets_argument
@dry_run_option
def adopt(datasets: tuple[str, ...], dry_run: bool) -> None:
    """Tell Snakemake which files are current, after dvc pull, checkout or exp apply."""
    for dataset in chosen(datasets):
        with guard.exclusive(), without_memory() as dvc:
            stages, graph = stages_and_graph([dataset])
            wanted = adopting.missing_small(stages)
            if wanted and not dry_run and (reason := adopting.fetch(wanted, dvc)):
                click.echo(f"warning: {', '.join(wanted)} could not be had: {reason}", err=True)
            elif wanted:
                verb = "would fetch" if dry_run else "fetched"
                click.echo(f"{verb} the small tables that go along: {', '.join(wanted)}")
            if wanted and not dry_run:
                stages, graph = stages_and_graph([dataset])  # with what has come
            findings = survey(stages, dvc)
            show(adopting.states(findings))
            refuse(findings)
            if not dry_run:
                adopting.adopt(findings, graph)
