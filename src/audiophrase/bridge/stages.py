"""The workflow's jobs grouped into DVC stages: what each depends on, and what it leaves behind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from audiophrase.bridge import keys
from audiophrase.bridge.graph import Graph, Job, rules_digest
from audiophrase.bridge.keys import GROUPING
from audiophrase.errors import AudiophraseError
from audiophrase.params.sound import carries_sound
from audiophrase.params.sources import sources_of
from audiophrase.params.studies import members
from audiophrase.splits import SPLITS

PARAMS = Path("params.yaml")
KEPT = "_kept"  # ends DVC's name of a family whose shards are not pushed


@dataclass(frozen=True, slots=True)
class Stage:
    """A family of artifacts of one data set, front end or run, as DVC knows it.

    `outputs` are files as Snakemake makes them; `outs` what DVC tracks: a folder where the family
    has one, and the files that lie in none.
    """

    family: str
    key: str
    dataset: str
    jobs: tuple[Job, ...]
    rules: tuple[str, ...]
    folder: str | None
    listing: str | None  # names the files of a folder that is written as a whole
    manifests: tuple[str, ...]
    metrics: tuple[str, ...]
    outs: tuple[str, ...]
    deps: tuple[str, ...]
    params: tuple[str, ...]
    is_small: bool  # tables that whoever takes a later stage needs too
    is_pushed: bool  # whether the folder is; the other files always are
    grows: bool  # files that are added to, by answers from elsewhere as well as by the inputs
    wildcards: Mapping[str, str]

    @property
    def template(self) -> str:
        """What DVC calls the family: whether it is pushed is one answer for a whole template."""
        return self.family if self.is_pushed else f"{self.family}{KEPT}"

    @property
    def name(self) -> str:
        return f"{self.template}@{self.key}"

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(path for job in self.jobs for path in job.outputs)

    @property
    def targets(self) -> tuple[str, ...]:
        """One file of each job that no other job of the stage waits for."""
        consumed = {path for job in self.jobs for path in job.inputs}
        return tuple(job.outputs[0] for job in self.jobs if not consumed & set(job.outputs))

    @property
    def digest(self) -> str:
        return rules_digest(self.jobs)


def read_grouping(path: Path = GROUPING) -> dict[str, Any]:
    """The file that says which rules make up which stage."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def group(
    jobs: Sequence[Job], grouping: Mapping[str, Any], params: Mapping[str, Any]
) -> list[Stage]:
    """All stages of the jobs' data sets, upstream ones first.

    Args:
        jobs: of whole data sets, upstream ones first.
        params: the contents of params.yaml.

    Raises:
        AudiophraseError: a rule, or what it hands to its command, stands nowhere in the grouping.
    """
    family_of = {
        rule: family for family, entry in grouping["stages"].items() for rule in entry["rules"]
    }
    members: dict[tuple[str, str], list[Job]] = {}
    for job in jobs:
        if job.rule not in family_of:
            raise AudiophraseError(
                f"the rule {job.rule} belongs to no DVC stage", f"add it to {GROUPING}"
            )
        family = family_of[job.rule]
        members.setdefault((family, _key(job, grouping["stages"][family])), []).append(job)
    order = list(grouping["stages"])
    in_order = sorted(members, key=lambda member: order.index(member[0]))
    maker = {
        path: (member, job)
        for member, own in members.items()
        for job in own
        for path in job.outputs
    }
    return [
        _stage(family, key, tuple(members[family, key]), maker, grouping, params)
        for family, key in in_order
    ]


def _key(job: Job, entry: Mapping[str, Any]) -> str:
    return ".".join(_wildcards(job, entry).values())


def _wildcards(job: Job, entry: Mapping[str, Any]) -> dict[str, str]:
    """What a stage is one of: a data set, and what the family's `per` names beside it."""
    return {name: job.wildcards[name] for name in ("dataset", *entry.get("per", ()))}


def _stage(
    family: str,
    key: str,
    jobs: tuple[Job, ...],
    maker: Mapping[str, tuple[tuple[str, str], Job]],
    grouping: Mapping[str, Any],
    params: Mapping[str, Any],
) -> Stage:
    entry = grouping["stages"][family]
    wildcards = _wildcards(jobs[0], entry)
    folder = entry["folder"].format(**wildcards) if "folder" in entry else None
    outputs = [path for job in jobs for path in job.outputs]
    inside = [path for path in outputs if folder and path.startswith(f"{folder}/")]
    loose = [path for path in outputs if path not in inside]
    return Stage(
        family=family,
        key=key,
        dataset=wildcards["dataset"],
        jobs=jobs,
        rules=tuple(rule for rule in entry["rules"] if rule in {job.rule for job in jobs}),
        folder=folder,
        listing=entry["listing"].format(**wildcards) if "listing" in entry else None,
        manifests=tuple(sorted(_manifests(entry, wildcards).intersection(loose))),
        metrics=tuple(p for p in loose if p == entry.get("metrics", "").format(**wildcards)),
        outs=tuple(sorted([*([folder] if folder else []), *loose])),
        deps=tuple(sorted(_deps(jobs, (family, key), maker, grouping))),
        params=tuple(
            sorted(keys.outermost(keys.of_jobs(jobs, wildcards, grouping["params"], params)))
        ),
        is_small=entry.get("small", False),
        is_pushed=_is_pushed(entry.get("pushed"), wildcards["dataset"], params),
        grows=entry.get("grows", False),
        wildcards=wildcards,
    )


def _manifests(entry: Mapping[str, Any], wildcards: Mapping[str, str]) -> set[str]:
    """The manifests of a family of shards, one a split."""
    pattern = entry.get("manifest")
    return {pattern.format(**wildcards, split=split) for split in SPLITS} if pattern else set()


def _is_pushed(holds: str | None, name: str, params: Mapping[str, Any]) -> bool:
    """Whether a family's folder goes to a remote: if it holds the clips, or their sound, as clips do."""
    if holds is None or (holds == "sound" and not carries_sound(params, name)):
        return True
    heard = [params["datasets"][member] for member in members(params, name)["test"]]
    return all(each.get("push_clips", "youtube" not in sources_of(each)) for each in heard)


def _deps(
    jobs: Iterable[Job],
    own: tuple[str, str],
    maker: Mapping[str, tuple[tuple[str, str], Job]],
    grouping: Mapping[str, Any],
) -> set[str]:
    """Files that the stage reads: sources, users' files, and what other stages have made.

    Shards are stood for by their manifests, and a user's recordings by their folder.
    """
    deps = set()
    for job in jobs:
        folder = job.params.get("folder")
        if folder:
            deps.add(str(folder))
        for path in job.inputs:
            made_by, making = maker.get(path, (None, None))
            if made_by == own:
                continue
            entry = grouping["stages"][made_by[0]] if made_by else {}
            if made_by is None and folder and Path(path).is_relative_to(folder):
                continue
            if "manifest" in entry and path.endswith(".parquet"):
                split = PurePosixPath(path).name.rsplit("-", 1)[0]
                deps.add(entry["manifest"].format(**(making.wildcards | {"split": split})))
            else:
                deps.add(path)
    return deps


def omissions(graph: Graph, stages: Sequence[Stage], grouping: Mapping[str, Any]) -> list[str]:
    """What the grouping, or plain `snakemake`, leaves out: rules, and artifacts."""
    covered = {rule for entry in grouping["stages"].values() for rule in entry["rules"]}
    uncovered = graph.rules - covered - set(grouping["no_artifacts"])
    unknown = covered - graph.rules
    outputs = {path for stage in stages for path in stage.outputs}
    shards = {
        path for stage in stages if stage.manifests for path in stage.outputs
    }  # of clips, which need not be here once there are features
    return [
        *(f"the rule {rule} belongs to no DVC stage" for rule in sorted(uncovered)),
        *(f"{GROUPING} names the rule {rule}, which there is not" for rule in sorted(unknown)),
        *(f"no DVC stage has {path}" for path in sorted(graph.artifacts - outputs)),
        *(
            f"plain `snakemake` does not see to {path}"
            for path in sorted(outputs - graph.artifacts - shards)
        ),
    ]
