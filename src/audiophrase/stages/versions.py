"""Recording, adopting and verifying versions: the commands between Snakemake and DVC."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from audiophrase import params
from audiophrase.bridge import adopt as adopting
from audiophrase.bridge import dvcfile, guard
from audiophrase.bridge import verify as verifying
from audiophrase.bridge.dvc import FILE, read_lock, without_memory
from audiophrase.bridge.graph import Graph, read_graph
from audiophrase.bridge.record import TO_RECORD, refuse, ways_out
from audiophrase.bridge.record import record as record_stages
from audiophrase.bridge.stages import GROUPING, KEPT, PARAMS, Stage, group, omissions, read_grouping
from audiophrase.bridge.survey import Finding, State, survey
from audiophrase.errors import AudiophraseError
from audiophrase.tables import write_text

datasets_argument = click.argument("datasets", nargs=-1, metavar="[DATASET]...")
dry_run_option = click.option(
    "--dry-run", "-n", is_flag=True, help="Say what each stage's state is, and change nothing."
)


@click.command("dvc-stages")
@click.option("--check", is_flag=True, help="Change nothing; fail if dvc.yaml is not current.")
def dvc_stages(check: bool) -> None:
    """Write dvc.yaml from the workflow, for every data set of params.yaml that could be made."""
    everything = params.load(PARAMS)
    graph, grouping = read_graph(params.with_paths(everything)), read_grouping()
    found = group(graph.jobs, grouping, everything)
    if left_out := omissions(graph, found, grouping):
        raise AudiophraseError(
            "not every rule and artifact is versioned:\n"
            + "\n".join(f"  - {line}" for line in left_out),
            f"fix {GROUPING}, or `artifacts` in src/audiophrase/artifacts.py",
        )
    if _renew(found, grouping, write=not check):
        click.echo(f"{FILE} written again: commit it with what made it change")
    else:
        click.echo(f"{FILE} is current")


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
    with guard.exclusive(), without_memory() as dvc:
        stages = _stages(_chosen(datasets), write=not dry_run)
        names = [stage.name for stage in stages]
        if unknown := [name for name in accept if name not in names]:
            raise AudiophraseError(
                f"there is no stage {unknown[0]}", f"name one of {', '.join(names)}"
            )
        findings = survey(stages, dvc)
        _tell([(f.stage.name, _intent(f, accept)) for f in findings])
        if dry_run:
            refuse(findings, accept)
            return
        recorded = record_stages(findings, dvc, accept)
    pending = [finding for finding in findings if finding.state is State.PENDING]
    if recorded:
        click.echo(f"recorded {len(recorded)} stages; to keep them: git add dvc.lock dvc.yaml")
    elif not pending:
        click.echo("everything was recorded already")
    if pending:
        click.echo(f"{len(pending)} stages are left until Snakemake has made them", err=True)


@click.command()
@datasets_argument
@dry_run_option
def adopt(datasets: tuple[str, ...], dry_run: bool) -> None:
    """Tell Snakemake which files are current, after dvc pull, checkout or exp apply."""
    for dataset in _chosen(datasets):
        with guard.exclusive(), without_memory() as dvc:
            stages, graph = _stages_and_graph([dataset])
            wanted = adopting.missing_small(stages)
            if wanted and not dry_run and (reason := adopting.fetch(wanted, dvc)):
                click.echo(f"warning: {', '.join(wanted)} could not be had: {reason}", err=True)
            elif wanted:
                verb = "would fetch" if dry_run else "fetched"
                click.echo(f"{verb} the small tables that go along: {', '.join(wanted)}")
            if wanted and not dry_run:
                stages, graph = _stages_and_graph([dataset])  # with what has come
            findings = survey(stages, dvc)
            _tell(adopting.states(findings))
            refuse(findings)
            if not dry_run:
                adopting.adopt(findings, graph)


@click.command()
@datasets_argument
@click.option("--cache/--no-cache", default=True, help="Hash DVC's cache too (default: yes).")
@click.option("--remote", is_flag=True, help="Read and hash the default remote's objects too.")
@click.option(
    "--remote-name", metavar="NAME", help="The same for a remote that is not the default."
)
def verify(datasets: tuple[str, ...], cache: bool, remote: bool, remote_name: str | None) -> None:
    """Hash every artifact that lies here, in DVC's cache and, if asked, in a remote."""
    with guard.exclusive(), without_memory() as dvc:
        stages = _stages(_chosen(datasets))
        findings = survey(stages, dvc)
        found = {"here": verifying.check_here(findings)}
        if cache:
            opener = verifying.of_cache(dvc.cache_folder())
            found["cache"] = verifying.check_objects(stages, opener, watch=_progress)
        if remote or remote_name:
            opener = verifying.of_remote(remote_name)
            found["remote"] = verifying.check_objects(
                stages, opener, watch=_progress, expects=verifying.pushed
            )
            if found["remote"] and not any(check.n_sound for check in found["remote"]):
                raise AudiophraseError(
                    f"the remote {remote_name or dvc.default_remote()} has none of these artifacts",
                    "check its address (dvc remote list); `make push` fills it",
                )
    _tell(
        [
            (f"{place}: {check.stage}", _sum_up(check))
            for place, checks in found.items()
            for check in checks
        ]
    )
    problems = [
        f"  - {place}: {line}" for place, c in found.items() for line in verifying.problems(c)
    ]
    if problems:
        altered = [finding for finding in findings if finding.state is State.ALTERED]
        remedy = (
            "an object of the cache: delete it there, then `audiophrase record` or `dvc pull` puts "
            "it back;\n    an object of the remote: delete it there, then `dvc push` from a clone "
            "whose cache is sound;\n    a file here that was never recorded: delete it and run "
            "`snakemake`"
        )
        raise AudiophraseError(
            "not what was recorded:\n" + "\n".join(problems),
            f"{ways_out(altered)}\n    and {remedy}" if altered else remedy,
        )


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
    of_dataset = _stages([key.split(".")[0]])
    stages = [s for s in of_dataset if (s.family, s.key) == (family, key) and s.manifests]
    if not stages:
        raise AudiophraseError(f"{family}@{key} is no stage of shards", f"{GROUPING} names them")
    for job in stages[0].jobs:
        if not job.is_known:
            for path in map(Path, job.outputs):
                if path.exists():
                    click.echo(f"{path} is made again: Snakemake has no record of it", err=True)
                    adopting.age(path)


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
        else {stage.name: [] for stage in _stages([dataset])}
    )
    if recorded and FILE.exists():  # dvc.lock also keeps what dvc.yaml no longer has
        current = dvcfile.names(FILE.read_text(encoding="utf-8"))
        outs = {name: found for name, found in outs.items() if name in current}
    of_dataset = {
        name: found
        for name, found in outs.items()
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


def _chosen(datasets: Sequence[str]) -> Sequence[str]:
    return datasets or params.load(PARAMS)["build"]


def _stages(datasets: Sequence[str], *, write: bool = False) -> list[Stage]:
    """The stages of the data sets; dvc.yaml, which DVC goes by, must be current, or is made so."""
    return _stages_and_graph(datasets, write=write)[0]


def _stages_and_graph(datasets: Sequence[str], *, write: bool = False) -> tuple[list[Stage], Graph]:
    """As `_stages`, and the graph with their jobs."""
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
    if _renew(stages, grouping, write=write):
        click.echo(f"{FILE} was not current and has been written again")
    return [stage for stage in stages if stage.dataset in datasets], graph


def _renew(stages: Sequence[Stage], grouping: Mapping[str, Any], *, write: bool) -> bool:
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


def _intent(finding: Finding, accepted: Sequence[str]) -> str:
    if finding.state is State.ALTERED and finding.stage.name in accepted:
        return f"{finding.why}: accepted, to be recorded"
    if finding.state is State.ALTERED:
        return f"{finding.why}: refused"
    if finding.state in TO_RECORD:
        return f"{finding.why}: to be recorded"
    return finding.why


def _tell(lines: Sequence[tuple[str, str]]) -> None:
    width = max((len(name) for name, _ in lines), default=0)
    for name, text in lines:
        click.echo(f"{name:<{width}}  {text}")


def _sum_up(check: verifying.Check) -> str:
    parts = [f"{check.n_sound} sound"]
    if check.n_missing:
        parts.append(f"{check.n_missing} not there")
    if check.problems:
        parts.append(f"{len(check.problems)} WRONG")
    return ", ".join(parts)


def _progress(objects: list) -> tqdm:
    return tqdm(objects, unit="object", leave=False, disable=not sys.stderr.isatty())
