"""Recording in dvc.lock what Snakemake made."""

from collections.abc import Sequence

import click

from audiophrase.amounts import counted
from audiophrase.bridge import guard
from audiophrase.bridge.current import current_stages
from audiophrase.bridge.dvc import without_memory
from audiophrase.bridge.record import TO_RECORD, refuse
from audiophrase.bridge.record import record as record_stages
from audiophrase.bridge.survey import Finding, State, survey
from audiophrase.commands.states import chosen, datasets_argument, dry_run_option, show
from audiophrase.errors import AudiophraseError


@click.command()
@datasets_argument
@dry_run_option
@click.option(
    "--accept",
    multiple=True,
    metavar="STAGE",
    help="Record this stage's files although its inputs did not change: another machine made them.",
)
def record(datasets: tuple[str, ...], dry_run: bool, accept: tuple[str, ...]) -> None:
    """Record in dvc.lock what Snakemake made (default: the data sets under `build`).

    Every file is hashed. Finished stages whose inputs changed are recorded; what Snakemake has yet
    to make is left; and where files changed although their inputs did not, nothing is recorded.
    """
    names = chosen(datasets)
    with guard.exclusive(), without_memory() as dvc:
        stages = current_stages(names, write=not dry_run)
        known = [stage.name for stage in stages]
        if unknown := [name for name in accept if name not in known]:
            raise AudiophraseError(
                f"there is no stage {unknown[0]}", f"name one of {', '.join(known)}"
            )
        findings = survey(stages, dvc)
        show([(f.stage.name, _intent(f, accept)) for f in findings])
        if dry_run:
            refuse(findings, accept)
            return
        recorded = record_stages(findings, dvc, accept)
    pending = [finding for finding in findings if finding.state is State.PENDING]
    if recorded:
        click.echo(
            f"recorded {counted(len(recorded), 'stage')}; to keep them: git add dvc.lock dvc.yaml"
        )
    elif not pending:
        click.echo("everything was recorded already")
    if pending:
        verb = "is" if len(pending) == 1 else "are"
        left = f"{counted(len(pending), 'stage')} {verb} left until Snakemake has made them"
        click.echo(left, err=True)


def _intent(finding: Finding, accepted: Sequence[str]) -> str:
    if finding.state is State.ALTERED and finding.stage.name in accepted:
        return f"{finding.why}: accepted, to be recorded"
    if finding.state is State.ALTERED:
        return f"{finding.why}: refused"
    if finding.state in TO_RECORD:
        return f"{finding.why}: to be recorded"
    return finding.why
