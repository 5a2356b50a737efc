"""The workflow's jobs as Snakemake sees them: the one place where the graph is read.

Snakemake's Python interface builds the graph; the jobs themselves it hands out only through the
workflow object inside, whose names have not changed since Snakemake 9.0 but are not promised.
Through it, jobs whose outputs came from elsewhere are taken over, too: recorded as done.
"""

import asyncio
import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any

from snakemake.api import SnakemakeApi
from snakemake.exceptions import WorkflowError
from snakemake.settings.enums import Quietness
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    ExecutionSettings,
    OutputSettings,
    ResourceSettings,
    StorageSettings,
)

from audiophrase.errors import AudiophraseError

SNAKEFILE = Path("Snakefile")
TARGET = "all"
# As in profiles/default: up to this size (bytes) inputs are compared by content.
MAX_CHECKSUM_FILE_SIZE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Job:
    """One job: paths relative to the project, and what its rule hands to its command."""

    rule: str
    command: str  # the rule's text, wildcards unfilled
    wildcards: Mapping[str, str]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    params: Mapping[str, Any]
    is_needed: bool  # whether Snakemake would run it now
    is_known: bool  # whether Snakemake has a record of having made the outputs of these sources


@dataclass(frozen=True, slots=True)
class Graph:
    """The jobs that the data sets' artifacts take, upstream ones first."""

    jobs: tuple[Job, ...]
    artifacts: frozenset[str]  # what plain `snakemake` sees to
    rules: frozenset[str]  # of the whole workflow, used by these data sets or not
    # Takes over jobs by their first output, see `_take_over`.
    take_over: Callable[[Collection[str]], None] = field(repr=False, compare=False)


def read_graph(datasets: Iterable[str]) -> Graph:
    """The graph of the data sets' artifacts, and what Snakemake would do about each job now.

    Raises:
        AudiophraseError: the workflow cannot be read; parameters that are not valid end the
            program with their own message, as in `snakemake`.
    """
    config = ConfigSettings(config={"build": list(datasets)})
    try:
        with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
            workflow_api = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=config,
                storage_settings=StorageSettings(),
                snakefile=SNAKEFILE,
            )
            workflow_api.dag(
                DAGSettings(targets={TARGET}, max_checksum_file_size=MAX_CHECKSUM_FILE_SIZE)
            )
            workflow = workflow_api._workflow
            workflow._prepare_dag(forceall=False, ignore_incomplete=True, lock_warn_only=True)
            workflow._build_dag()
            levels = [
                sorted(level, key=lambda job: (job.rule.lineno, list(job.output)))
                for level in workflow.dag.toposorted()
            ]
            jobs = [job for level in levels for job in level]
            return Graph(
                jobs=tuple(_job(workflow, job) for job in jobs if job.output),
                artifacts=frozenset(
                    str(path) for job in jobs if job.rule.name == TARGET for path in job.input
                ),
                rules=frozenset(rule.name for rule in workflow.rules),
                take_over=partial(_take_over, workflow, [job for job in jobs if job.output]),
            )
    except WorkflowError as error:
        raise AudiophraseError(f"the workflow cannot be read: {error}", "fix it") from None


def rules_digest(jobs: Sequence[Job]) -> str:
    """A short digest of the rules' commands: a changed command makes the stage stale in DVC too."""
    commands = sorted({(job.rule, job.command) for job in jobs})
    return hashlib.sha256(json.dumps(commands).encode()).hexdigest()[:12]


def _job(workflow: Any, job: Any) -> Job:
    dag = workflow.dag
    return Job(
        rule=job.rule.name,
        command=job.rule.shellcmd or "",
        wildcards=dict(job.wildcards_dict),
        inputs=tuple(str(path) for path in job.input),
        outputs=tuple(str(path) for path in job.output),
        params={name: value for name, value in job.params.items()},
        is_needed=dag.needrun(job),
        is_known=_is_known(workflow, job),
    )


def _is_known(workflow: Any, job: Any) -> bool:
    """Whether the outputs were made of the sources and users' files that lie here.

    Snakemake asks time stamps first, and notes an input's digest when the job ends: a file that was
    replaced by an older one, or edited while the job ran, it takes for unchanged.
    """
    persistence = workflow.persistence
    if not persistence.has_metadata(job) or workflow.async_run(persistence.incomplete(job)):
        return False
    record = persistence.metadata(job.output[0])
    noted = record.input_checksums or {}
    made_here = {path for paths in workflow.dag.dependencies[job].values() for path in paths}
    for path in map(str, job.input):
        if path in made_here:
            continue  # an artifact: checked by its own digest
        modified = os.stat(path).st_mtime if os.path.exists(path) else 0.0
        if (record.starttime or 0) < modified <= (record.endtime or 0):
            return False
        if path in noted and noted[path] not in _checksums(path):
            return False
    return True


def _take_over(workflow: Any, jobs: Sequence[Any], chosen: Collection[str]) -> None:
    """Date the outputs of jobs to now, and have Snakemake record them as its own.

    It is what `snakemake --touch --forceall` does with each job, by the same methods, but without
    another graph and a scheduler that looks at every waiting job before each job.

    Args:
        jobs: Snakemake's, upstream ones first.
        chosen: first outputs of the jobs; one of which nothing lies here is passed over.

    Raises:
        AudiophraseError: a run of Snakemake is at work here.
        AttributeError, TypeError: Snakemake's insides are no longer what they were. What has been
            taken over by then is as it should be.
    """
    persistence = workflow.persistence
    if persistence.locked:  # where the file system has no locks of its own (guard.py)
        raise AudiophraseError(
            "Snakemake is at work in this folder, or was killed there",
            "wait until it ends; if it has: snakemake --unlock",
        )
    workflow.execution_settings = ExecutionSettings()
    # What was seen of time stamps and records no longer holds. Sizes and digests do, as nobody else
    # is at work here: sources, inputs of every job, are hashed once.
    workflow.iocache.mtime.clear()
    persistence.deactivate_cache()

    async def take_over() -> None:
        for job in jobs:
            here = [path for path in job.output if os.path.exists(path)]
            if here and str(job.output[0]) in chosen:
                for path in here:
                    path.touch()
                persistence.started(job)
                await persistence.finished(job)

    asyncio.run(take_over())


@cache
def _checksums(path: str) -> tuple[str, ...]:
    """The digest of a file as Snakemake notes it, with and without the algorithm's name."""
    try:
        with open(path, "rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ()
    return digest, f"sha256:{digest}"
