"""What state each stage is in, by Snakemake's account and by DVC's, every file hashed again."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from audiophrase import manifests, tables
from audiophrase.bridge import dvcfile
from audiophrase.bridge.dvc import FILE, Dvc, parse_listing, read_lock
from audiophrase.bridge.stages import Stage
from audiophrase.errors import ArtifactError


class State(StrEnum):
    """Of a stage, between what lies here, what Snakemake would do, and what dvc.lock says."""

    RECORDED = "recorded"  # dvc.lock says what lies here, and what it was made of
    NEW = "new"  # made, and nothing of it stands in dvc.lock
    CHANGED = "changed"  # made of other inputs, or with other parameters, than dvc.lock says
    UNCACHED = "uncached"  # as dvc.lock says, made here, and not in DVC's cache yet
    PENDING = "pending"  # Snakemake has yet to make it, or to make it again
    ABSENT = "absent"  # nothing of it lies here, and nothing here asks for it
    ALTERED = "altered"  # the inputs are as recorded, and yet the files are others


@dataclass(frozen=True, slots=True)
class Finding:
    """A stage's state, why, and the files that are not what they should be."""

    stage: Stage
    state: State
    why: str
    problems: tuple[str, ...]
    changed_inputs: tuple[str, ...]  # files, parameters, commands: not as dvc.lock says
    changed_outs: tuple[str, ...]
    is_in_lock: bool


def survey(stages: Sequence[Stage], dvc: Dvc) -> list[Finding]:
    """The state of every stage.

    Raises:
        DvcError: there is no repository, or its files cannot be read.
    """
    lock = read_lock()
    known = [stage.name for stage in stages if stage.name in lock]
    status = dvc.status(known, alone=_are_alone(stages))
    return [_finding(stage, status.get(stage.name, []), lock, dvc) for stage in stages]


def _are_alone(stages: Sequence[Stage]) -> bool:
    """Whether DVC, asked about all of dvc.yaml, would hash nothing but what these stages have.

    A data set of which nothing is made yet may read a folder of recordings that does lie here.
    """
    try:
        known = dvcfile.paths(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, yaml.YAMLError):
        return False  # DVC says what is wrong with it
    names = {stage.name for stage in stages}
    own = {path for name in names for path in known.get(name, ())}
    others = {path for name in known.keys() - names for path in known[name]} - own
    return names <= known.keys() and not any(
        Path(path).exists() for path in others if not path.startswith("src/")
    )


def _finding(stage: Stage, changes: Sequence[Any], lock: Mapping[str, Any], dvc: Dvc) -> Finding:
    needed = dict.fromkeys(job.rule for job in stage.jobs if job.is_needed)
    unknown = dict.fromkeys(job.rule for job in stage.jobs if not job.is_known)
    recorded = lock.get(stage.name, {}).get("outs", [])
    inputs, outs, uncached = _changed_paths(changes)
    # Where the cache lacks an object DVC says so, and not whether the file is as recorded.
    changed = [out["path"] for out in recorded if out["path"] in uncached and not _is_same(out)]
    outs += changed
    is_in_lock = stage.name in lock

    def finding(state: State, why: str = "", problems: Iterable[str] = ()) -> Finding:
        return Finding(stage, state, why, tuple(problems), tuple(inputs), tuple(outs), is_in_lock)

    if not needed and is_absent(stage):
        return finding(State.ABSENT, "nothing of it is here")
    if is_in_lock and outs and not inputs and not stage.grows:
        problems = list(altered_files(stage, recorded, dvc.cache_folder()))
        if problems:
            return finding(
                State.ALTERED, "its files changed, what they are made of did not", problems
            )
    if needed:
        return finding(State.PENDING, f"Snakemake has yet to run {', '.join(needed)}")
    if (inputs or not is_in_lock) and unknown:
        rules = " ".join(unknown)
        return finding(
            State.PENDING,
            "Snakemake has no record of having made it of what lies here: "
            f"audiophrase adopt {stage.dataset}, or snakemake --forcerun {rules}",
        )
    if not is_in_lock:
        return finding(State.NEW, "made, and not recorded yet")
    if outs and stage.grows:
        return finding(State.CHANGED, "more was found since it was recorded")
    if inputs:
        return finding(
            State.CHANGED, f"made again since it was recorded: {', '.join(inputs)} changed"
        )
    if uncached:
        return finding(State.UNCACHED, "as dvc.lock says, and not in DVC's cache yet")
    return finding(State.RECORDED, "as dvc.lock says")


def is_absent(stage: Stage) -> bool:
    """Whether none of a stage's files lies here."""
    return not any(Path(path).exists() for path in stage.outputs)


def is_complete(stage: Stage) -> bool:
    """Whether all of a stage's files lie here."""
    return all(Path(path).exists() for path in stage.outputs)


def _changed_paths(changes: Sequence[Any]) -> tuple[list[str], list[str], list[str]]:
    """Changed inputs (files, parameters, the command), changed outputs, outputs not in the cache.

    A missing input is none: features can be here without the clips' manifests.
    """
    inputs: list[str] = []
    outs: list[str] = []
    uncached: list[str] = []
    for change in changes:
        if change == "changed command":
            inputs.append("the rules' commands")
        elif isinstance(change, dict):
            for path, what in change.get("changed deps", {}).items():
                if isinstance(what, dict):
                    inputs += what
                elif what != "deleted":
                    inputs.append(path)
            for path, what in change.get("changed outs", {}).items():
                if Path(path).exists():
                    (uncached if what == "not in cache" else outs).append(path)
    return inputs, outs, uncached


def altered_files(
    stage: Stage, recorded_outs: Sequence[Mapping[str, Any]], cache: Path
) -> Iterator[str]:
    """Sentences about the files that are not as recorded, with both digests.

    Files that are missing are no alteration: Snakemake makes them again.
    """
    for out in recorded_outs:
        path = Path(out["path"])
        if not path.exists() or _is_same(out):
            continue
        if not path.is_dir():
            yield from _compare({path: str(out.get("md5"))})
            continue
        expected = _listed(stage, path, str(out.get("md5")), cache)
        named = list(_compare({p: digest for p, digest in expected.items() if p.exists()}))
        named += [
            f"{file} was not there when {stage.name} was recorded"
            for file in sorted(path.rglob("*"))
            if expected and file.is_file() and file not in expected
        ]
        if not named and is_complete(stage):
            named = list(_damaged(stage)) or [
                f"{path} has the digest {_folder_digest(path)}, expected {out.get('md5')}"
            ]
        yield from named


def unsound_files(stage: Stage) -> Iterator[str]:
    """Sentences about files whose content is not what they say of themselves.

    Parquet carries a digest, a model's stands in model.json, a shard's in its manifest too.
    """
    yield from _damaged(stage)
    for name in stage.manifests:
        if not Path(name).exists():
            continue
        shards = manifests.read(Path(name))["shards"]
        yield from _compare(
            {Path(str(stage.folder)) / shard: entry["md5"] for shard, entry in shards.items()}
        )
    expected = {Path(path) for path in stage.outputs}
    if stage.listing and Path(stage.listing).exists():
        listed = _of_listing(Path(stage.listing))
        yield from _compare(listed)
        expected |= set(listed)
    if stage.folder and Path(stage.folder).is_dir():
        for file in sorted(Path(stage.folder).rglob("*")):
            if file.is_file() and file not in expected:
                yield f"{file} is nothing that {stage.name} makes: move or delete it"


def _of_listing(path: Path) -> dict[Path, str]:
    """The files that a folder's own listing names; none where it is damaged, which is said elsewhere."""
    try:
        return {path.parent / name: md5 for name, md5 in tables.read_json(path)["md5"].items()}
    except ArtifactError:
        return {}


def _listed(stage: Stage, folder: Path, digest: str, cache: Path) -> dict[Path, str]:
    """The files of a recorded folder: by DVC's listing, else by the shards' manifests."""
    listing = object_path(cache, digest)
    if listing.exists() and (files := parse_listing(listing.read_bytes(), digest)) is not None:
        return {folder / relative: file_digest for relative, file_digest in files.items()}
    return {
        folder / name: entry["md5"]
        for path in map(Path, stage.manifests)
        if path.exists()
        for name, entry in manifests.read(path)["shards"].items()
    }


def _is_same(out: Mapping[str, Any]) -> bool:
    """Whether a file or folder is what dvc.lock says, to the byte."""
    path = Path(out["path"])
    return (_folder_digest(path) if path.is_dir() else manifests.md5(path)) == out.get("md5")


def _folder_digest(folder: Path) -> str:
    """As DVC digests a folder: the MD5 of its listing."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    listing = [
        {"md5": manifests.md5(file), "relpath": file.relative_to(folder).as_posix()}
        for file in files
    ]
    listing.sort(key=lambda entry: entry["relpath"])
    content = json.dumps(listing, sort_keys=True).encode()
    return f"{hashlib.md5(content, usedforsecurity=False).hexdigest()}.dir"


def object_path(cache: Path, digest: str) -> Path:
    """Where DVC's cache, or a folder remote, keeps an object."""
    return cache / digest[:2] / digest[2:]


def _compare(expected: Mapping[Path, str]) -> Iterator[str]:
    for path, digest in expected.items():
        if not path.exists():
            yield f"{path} is missing"
        elif (actual := manifests.md5(path)) != digest:
            yield f"{path} has MD5 {actual}, expected {digest}"


def _damaged(stage: Stage) -> Iterator[str]:
    for name in stage.outputs:
        path = Path(name)
        if not path.exists() or path.suffix not in (".parquet", ".safetensors", ".json"):
            continue
        try:
            if path.suffix == ".parquet":
                tables.check(path)
            elif path.suffix == ".json":
                tables.read_json(path)
            else:
                _check_model(path)
        except ArtifactError as error:
            yield error.problem


def _check_model(path: Path) -> None:
    expected = tables.read_json(path.with_suffix(".json")).get("sha256")
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != expected:
        raise ArtifactError(f"{path} is damaged: SHA-256 {actual}, expected {expected}")
