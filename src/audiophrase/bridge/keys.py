"""Keys of params.yaml that a stage depends on, where their effective values stand."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from audiophrase.bridge.graph import Job
from audiophrase.errors import AudiophraseError

GROUPING = Path("workflow/stages.yaml")
_OF_ENTRY = ("title", "clips", "shards", "splits", "exclude_leaks")  # keys of an entry itself
_ABSENT = object()  # an override may be null


def of_jobs(
    jobs: Iterable[Job],
    wildcards: Mapping[str, str],
    sources: Mapping[str, str | list[str] | None],
    params: Mapping[str, Any],
) -> set[str]:
    """Keys of params.yaml that change the stage's bytes, where their effective values stand."""
    dataset = wildcards["dataset"]
    layers = [f"datasets.{dataset}"]
    if "variant" in wildcards:
        layers.insert(0, f"variants.{wildcards['variant']}")
    changing: set[str] = set()
    for job in jobs:
        for name, value in job.params.items():
            if name in ("settings", "parameters"):
                for path, keys in _selected(json.loads(value)):
                    if path in _OF_ENTRY:
                        changing.add(f"datasets.{dataset}.{path}")
                    elif path == "variants":
                        changing |= {f"variants.{variant}" for variant in keys or ()}
                        if path in params["datasets"][dataset]:
                            changing.add(f"datasets.{dataset}.{path}")
                    else:
                        changing |= _section_paths(path, keys, layers, params)
            elif name not in sources:
                raise AudiophraseError(
                    f"`{name}`, which the rule {job.rule} hands to its command, comes from no "
                    "known parameter",
                    f"say under `params` in {GROUPING} which one, or null",
                )
            elif value is None:
                continue  # the job has no use for that key
            else:
                known = sources[name]
                for path in known if isinstance(known, list) else [known] if known else []:
                    changing |= _paths_of(path, dataset, layers, params)
    return changing


def _paths_of(
    path: str, dataset: str, layers: Sequence[str], params: Mapping[str, Any]
) -> set[str]:
    """Where a key stands: of the data set's entry, the first that it has, or of the sections."""
    if path.startswith("entry."):
        keys = path.removeprefix("entry.").split("|")
        held = [key for key in keys if key in params["datasets"][dataset]]
        return {f"datasets.{dataset}.{key}" for key in held[:1]}
    named = _effective_paths(path, layers, params)
    return {name for name in named if _at(params, name, default=_ABSENT) is not _ABSENT}


def outermost(paths: set[str]) -> set[str]:
    """The keys that lie in no other of them."""
    return {path for path in paths if not any(path.startswith(f"{p}.") for p in paths)}


def _selected(settings: Mapping[str, Any]) -> list[tuple[str, list[str] | None]]:
    return [
        (path, list(values) if isinstance(values, dict) else None)
        for path, values in settings.items()
    ]


def _section_paths(
    path: str, keys: Sequence[str] | None, layers: Sequence[str], params: Mapping[str, Any]
) -> set[str]:
    if keys is None:
        return set(_effective_paths(path, layers, params))
    named = [p for key in keys for p in _effective_paths(f"{path}.{key}", layers, params)]
    # What is left to its default stands nowhere.
    return {name for name in named if _at(params, name, default=_ABSENT) is not _ABSENT}


def _effective_paths(path: str, layers: Sequence[str], params: Mapping[str, Any]) -> list[str]:
    """Where the effective value of a key stands: in the section, or in what overrides it."""
    base = _at(params, path)
    for layer in layers:
        override = _at(params, f"{layer}.{path}", default=_ABSENT)
        if override is _ABSENT:
            continue
        if not (isinstance(override, dict) and isinstance(base, dict)):
            return [f"{layer}.{path}"]
        keys = [*base, *(key for key in override if key not in base)]
        if not all(re.fullmatch(r"\w+", key) for key in keys):
            return [path, f"{layer}.{path}"]  # a table of words, not of settings
        return [
            effective
            for key in keys
            for effective in _effective_paths(f"{path}.{key}", layers, params)
        ]
    return [path]


def _at(params: Mapping[str, Any], path: str, default: Any = None) -> Any:
    value: Any = params
    for key in path.split("."):
        if not isinstance(value, Mapping) or key not in value:
            return default
        value = value[key]
    return value
