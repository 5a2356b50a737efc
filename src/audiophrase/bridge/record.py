"""After Snakemake: DVC records what was made, and refuses what it cannot vouch for."""

from collections.abc import Collection, Sequence
from pathlib import Path

from audiophrase.bridge.dvc import Dvc
from audiophrase.bridge.survey import Finding, State, unsound_files
from audiophrase.errors import AudiophraseError

TO_RECORD = (State.NEW, State.CHANGED, State.UNCACHED)


class RefusedError(AudiophraseError):
    """Something here is not what it should be; nothing was recorded."""


def record(findings: Sequence[Finding], dvc: Dvc, accepted: Collection[str] = ()) -> list[str]:
    """Record every finished stage whose inputs changed, or none at all.

    Args:
        findings: of all stages of a data set, upstream ones first.
        accepted: names of stages whose files are recorded though their inputs did not change, as
            when another machine's training ends in other last bits.

    Returns:
        Names of the stages that were recorded.

    Raises:
        RefusedError: files were edited, damaged, or are not reproducible: each is named.
    """
    chosen = [
        finding
        for finding in findings
        if finding.state in TO_RECORD
        or (finding.state is State.ALTERED and finding.stage.name in accepted)
    ]
    refuse(findings, accepted)
    incomplete = {
        f.stage.name: [f"{path} is missing" for path in f.stage.outputs if not Path(path).exists()]
        for f in chosen
        if f.state is State.ALTERED
    }
    unsound = {f.stage.name: list(unsound_files(f.stage)) for f in chosen}
    wrong = {name: lines + incomplete.get(name, []) for name, lines in unsound.items()}
    if any(wrong.values()):
        raise RefusedError(
            _listed({name: lines for name, lines in wrong.items() if lines}),
            "delete the files named, and run `snakemake` (or `make demo`): they are made again",
        )
    names = [finding.stage.name for finding in chosen]
    if names:
        dvc.commit(names)
    return names


def refuse(findings: Sequence[Finding], accepted: Collection[str] = ()) -> None:
    """Raise RefusedError where files are not as recorded though what they are made of is."""
    altered = [
        finding
        for finding in findings
        if finding.state is State.ALTERED and finding.stage.name not in accepted
    ]
    if altered:
        problems = {finding.stage.name: list(finding.problems) for finding in altered}
        raise RefusedError(_listed(problems), ways_out(altered))


def ways_out(altered: Sequence[Finding]) -> str:
    """What to do about stages whose files are not as recorded."""
    names = [finding.stage.name for finding in altered]
    datasets = " ".join(dict.fromkeys(finding.stage.dataset for finding in altered))
    accepting = " ".join(f"--accept {name}" for name in names)
    return "\n".join(
        (
            "take back what was recorded: delete the files named, then",
            f"      dvc checkout {' '.join(names)} && audiophrase adopt {datasets}",
            "    or make them again: delete the files named, then run `snakemake` or `make demo`.",
            "    Where another machine made them, and you mean to keep them:",
            f"      audiophrase record {datasets} {accepting}",
        )
    )


def _listed(problems: dict[str, list[str]]) -> str:
    lines = [f"  - {name}: {line}" for name, sentences in problems.items() for line in sentences]
    return "these files are not what was made:\n" + "\n".join(lines)
