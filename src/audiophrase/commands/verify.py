"""Hashing every artifact here, in DVC's cache and in a remote."""

import sys

import click
from tqdm import tqdm

from audiophrase.bridge import guard
from audiophrase.bridge import verify as verifying
from audiophrase.bridge.current import current_stages
from audiophrase.bridge.dvc import without_memory
from audiophrase.bridge.record import ways_out
from audiophrase.bridge.survey import State, survey
from audiophrase.commands.states import chosen, datasets_argument, show
from audiophrase.errors import AudiophraseError


@click.command()
@datasets_argument
@click.option("--cache/--no-cache", default=True, help="Hash DVC's cache too (default: yes).")
@click.option("--remote", is_flag=True, help="Read and hash the default remote's objects too.")
@click.option(
    "--remote-name", metavar="NAME", help="The same for a remote that is not the default."
)
def verify(datasets: tuple[str, ...], cache: bool, remote: bool, remote_name: str | None) -> None:
    """Hash every artifact that lies here, in DVC's cache and, if asked, in a remote."""
    names = chosen(datasets)
    with guard.exclusive(), without_memory() as dvc:
        stages = current_stages(names)
        findings = survey(stages, dvc)
        by_place = {"here": verifying.check_here(findings)}
        if cache:
            opener = verifying.of_cache(dvc.cache_folder())
            by_place["cache"] = verifying.check_objects(stages, opener, watch=_progress)
        if remote or remote_name:
            opener = verifying.of_remote(remote_name)
            by_place["remote"] = verifying.check_objects(
                stages, opener, watch=_progress, expects=verifying.pushed
            )
            if by_place["remote"] and not any(check.n_sound for check in by_place["remote"]):
                raise AudiophraseError(
                    f"the remote {remote_name or dvc.default_remote()} has none of these artifacts",
                    "check its address (dvc remote list); `make push` fills it",
                )
    show(
        [
            (f"{place}: {check.stage}", _sum_up(check))
            for place, checks in by_place.items()
            for check in checks
        ]
    )
    problems = [
        f"  - {place}: {line}" for place, c in by_place.items() for line in verifying.problems(c)
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


def _sum_up(check: verifying.Check) -> str:
    parts = [f"{check.n_sound} sound"]
    if check.n_missing:
        parts.append(f"{check.n_missing} not there")
    if check.problems:
        parts.append(f"{len(check.problems)} WRONG")
    return ", ".join(parts)


def _progress(objects: list) -> tqdm:
    return tqdm(objects, unit="object", leave=False, disable=not sys.stderr.isatty())
