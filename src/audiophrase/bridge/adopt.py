"""After DVC has laid out files: Snakemake is told which of them it may take for its own.

Snakemake knows what it made by its records and by time stamps; of files that came from a cache it
knows nothing, and it would make all of them again, or trust a stale one. So what agrees with dvc.lock
is dated to now, upstream first, and recorded as Snakemake's own (as `snakemake --touch` does); and what
was made with other parameters, sources or inputs than those here is made to look older than all it
is made of, so that Snakemake makes it again.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from audiophrase.bridge.dvc import Dvc, DvcError, read_lock
from audiophrase.bridge.graph import Graph
from audiophrase.bridge.stages import Stage
from audiophrase.bridge.survey import Finding, State, is_absent, is_complete
from audiophrase.errors import AudiophraseError

LONG_AGO = (86_400, 86_400)  # access and modification time in seconds; zero counts as none
AT_ONCE = 200  # files that Snakemake touches in one round of its scheduler
# Snakemake's own pause after each file that it touches; without it, a thousand take a second.
_TOUCH = """
from snakemake.cli import main
try:
    from snakemake.executors.touch import Executor
    Executor.SLEEPING_TIME = 0
except (ImportError, AttributeError):
    pass
main()
"""


def agrees(finding: Finding) -> bool:
    """Whether what is here of a stage is as recorded, and made of what lies here."""
    changed = finding.changed_inputs or finding.changed_outs
    return finding.is_in_lock and not is_absent(finding.stage) and not changed


def is_stale(finding: Finding) -> bool:
    """Whether a stage lies here as recorded, but was made of other inputs than there are now."""
    changed = finding.changed_inputs and not finding.changed_outs
    return bool(finding.is_in_lock and changed and not is_absent(finding.stage))


def missing_small(stages: Sequence[Stage]) -> list[str]:
    """What to pull so that later stages can do without the clips: small tables and manifests.

    Files come before stages: `dvc pull` (3.67) leaves out files that are named after a stage.
    """
    lock = read_lock()
    later_is_here = False
    wanted: list[str] = []
    files: list[str] = []
    for stage in reversed(stages):
        if stage.name in lock and later_is_here:
            if stage.is_small and not is_complete(stage):
                wanted.append(stage.name)
            elif not stage.is_small:
                files += [path for path in stage.manifests if not Path(path).exists()]
        later_is_here = later_is_here or is_complete(stage)
    return [*files, *wanted]


def adopt(findings: Sequence[Finding], graph: Graph) -> None:
    """Take over what agrees with dvc.lock, and age what does not, for one data set.

    Args:
        graph: with the findings' jobs, as it is now.

    Raises:
        AudiophraseError: Snakemake refused.
    """
    adopted = [finding for finding in findings if agrees(finding)]
    if adopted:
        try:
            graph.take_over({job.outputs[0] for f in adopted for job in f.stage.jobs})
        except (AttributeError, TypeError) as error:  # another version of Snakemake
            print(f"warning: the slow way, as Snakemake has changed: {error}", file=sys.stderr)
            _touch_agreeing(findings, adopted)
    stale = [job for finding in findings if is_stale(finding) for job in finding.stage.jobs]
    known = [path for job in stale if job.is_known for path in job.outputs]
    if known:
        _snakemake("--cores", "1", "--cleanup-metadata", *known)
    for path in (Path(output) for job in stale for output in job.outputs):
        if path.exists():
            age(path)


def _touch_agreeing(findings: Sequence[Finding], adopted: Sequence[Finding]) -> None:
    allowed = [f for f in findings if agrees(f) or is_absent(f.stage)]
    rules = dict.fromkeys(rule for finding in allowed for rule in finding.stage.rules)
    outputs = [path for finding in adopted for path in finding.stage.outputs]
    targets = [path for path in outputs if Path(path).exists()]
    touch(adopted[0].stage.dataset, list(rules), targets)


def age(path: Path) -> None:
    """Make a file look older than all that it can be made of."""
    os.utime(path, LONG_AGO)


def touch(dataset: str, rules: Sequence[str], targets: Sequence[str]) -> None:
    """Have Snakemake take files for its own: those of `targets`, and what these rules made of them.

    Raises:
        AudiophraseError: Snakemake refused.
    """
    # One job at a time, the scheduler would weigh all that are ready before each of them.
    at_once = [
        *["--cores", str(AT_ONCE), "--scheduler", "greedy"],
        *["--scheduler-subsample", str(AT_ONCE)],
    ]
    _snakemake(
        *[*at_once, "--touch", "--forceall", "--config", f"build=[{dataset}]"],
        *["--allowed-rules", *rules, "--", *targets],
    )


def fetch(targets: Sequence[str], dvc: Dvc) -> str | None:
    """Pull what is missing; what DVC said if it could not."""
    try:
        dvc.pull(targets)
    except DvcError as error:
        return error.problem
    return None


def states(findings: Sequence[Finding]) -> list[tuple[str, str]]:
    """(stage, what adopting means for it) in plain words."""
    return [(finding.stage.name, _meaning(finding)) for finding in findings]


def _meaning(finding: Finding) -> str:
    if is_absent(finding.stage):
        return "nothing of it is here"
    if agrees(finding):
        here = sum(Path(path).exists() for path in finding.stage.outputs)
        part = (
            "" if is_complete(finding.stage) else f" ({here} of {len(finding.stage.outputs)} files)"
        )
        return f"agrees with dvc.lock{part}: Snakemake takes it for its own"
    if is_stale(finding):
        changed = ", ".join(finding.changed_inputs)
        return f"out of date, for {changed} changed: Snakemake will make it again"
    if not finding.is_in_lock:
        return "not in dvc.lock: left as it is"
    if finding.state is State.ALTERED:
        return "not what was recorded: left as it is"
    return "made again since it was recorded, or files are missing: left as it is"


def _snakemake(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _TOUCH, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise AudiophraseError(f"snakemake could not adopt the files:\n{done.stdout[-2000:]}")
