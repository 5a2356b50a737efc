"""Every digest checked: of what lies here, of DVC's cache, and of a remote."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from audiophrase.bridge.dvc import objects, read_lock
from audiophrase.bridge.stages import Stage
from audiophrase.bridge.survey import Finding, State, object_path, unsound_files
from audiophrase.errors import AudiophraseError
from audiophrase.manifests import CHUNK_BYTES

Opener = Callable[[str], BinaryIO]  # of an object, by its digest; raises FileNotFoundError


@dataclass(frozen=True, slots=True)
class Check:
    """What was found of one stage in one place."""

    stage: str
    n_sound: int
    n_missing: int
    problems: tuple[str, ...]


def check_here(findings: Sequence[Finding]) -> list[Check]:
    """The files of each stage: against dvc.lock where it is recorded, else against themselves."""
    checks = []
    for finding in findings:
        stage = finding.stage
        present = [path for path in stage.outputs if Path(path).exists()]
        if finding.state is State.ALTERED:
            problems = finding.problems
        elif finding.is_in_lock and not finding.changed_outs:
            problems = ()  # DVC has hashed them all just now
        else:
            problems = tuple(unsound_files(stage))
        n_missing = len(stage.outputs) - len(present)
        checks.append(Check(stage.name, len(present) - len(problems), n_missing, problems))
    return checks


def check_objects(
    stages: Sequence[Stage],
    open_object: Opener,
    *,
    watch: Callable[[list], Any] = iter,
    expects: Callable[[Stage, str], bool] = lambda stage, path: False,
) -> list[Check]:
    """The objects of the recorded stages, each read and hashed.

    Args:
        open_object: of a cache or of a remote.
        watch: wraps the list of objects, for a progress bar.
        expects: whether an output must be there; others may be missing.

    Raises:
        AudiophraseError: the place cannot be reached.
    """
    lock = read_lock()
    wanted = [
        (stage, out["path"], path, digest)
        for stage in stages
        if stage.name in lock
        for out in lock[stage.name]["outs"]
        for path, digest in objects([out], lambda digest: _content(open_object, digest))
    ]
    results: dict[str, list[str | None]] = {stage.name: [] for stage in stages}
    missing = dict.fromkeys(results, 0)
    for stage, out, path, digest in watch(wanted):
        try:
            with open_object(digest) as file:
                md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
            problem = None
            if md5.hexdigest() != digest.removesuffix(".dir"):
                problem = f"{path}: object {digest} is damaged, its MD5 is {md5.hexdigest()}"
        except FileNotFoundError:
            missing[stage.name] += 1
            if not expects(stage, out):
                continue
            problem = f"{path}: object {digest} is missing"
        results[stage.name].append(problem)
    return [
        Check(
            name,
            sum(problem is None for problem in checked),
            missing[name],
            tuple(problem for problem in checked if problem),
        )
        for name, checked in results.items()
        if checked or missing[name]
    ]


def of_cache(cache: Path) -> Opener:
    """Objects of DVC's cache, or of a remote that is a folder."""
    return lambda digest: object_path(cache, digest).open("rb")


def of_remote(name: str | None) -> Opener:
    """Objects of a remote, the default one if no name is given.

    Raises:
        AudiophraseError: there is no such remote, or it cannot be reached.
    """
    from dvc.exceptions import DvcException  # all that DVC is made of, for remotes alone
    from dvc.repo import Repo

    try:
        store = Repo().cloud.get_remote_odb(name, "verify")
    except DvcException as error:
        raise AudiophraseError(
            f"the remote cannot be used: {error}", "set one up, docs/sharing.md says how"
        ) from None

    def open_object(digest: str) -> BinaryIO:
        try:
            return store.fs.open(store.oid_to_path(digest), "rb")
        except FileNotFoundError:
            raise
        except Exception as error:  # noqa: BLE001 each kind of remote has exceptions of its own
            raise AudiophraseError(
                f"the remote cannot be read: {type(error).__name__}: {error}",
                "check its address and your access: docs/sharing.md",
            ) from None

    return open_object


def pushed(stage: Stage, out: str) -> bool:
    """Whether an output belongs in the remote."""
    return stage.is_pushed or out != stage.folder


def _content(open_object: Opener, digest: str) -> bytes | None:
    try:
        with open_object(digest) as file:
            return file.read(64 * CHUNK_BYTES)
    except FileNotFoundError:
        return None


def problems(checks: Sequence[Check]) -> Iterator[str]:
    """All problems, each with its stage."""
    for check in checks:
        for problem in check.problems:
            yield f"{check.stage}: {problem}"
