"""dvc.yaml, written from the stages: DVC reads it, nobody edits it.

DVC names a stage `family@key` only where the family is a template filled in for every key, and a
template's lists have one length. What differs between the keys, such as a parameter that one data
set overrides, therefore stands in numbered slots of the items; where an item has fewer entries than
another, one is repeated.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from audiophrase.bridge.stages import Stage

HEADER = """\
# Written by `audiophrase dvc-stages` from the Snakefile, workflow/stages.yaml and params.yaml: edit
# those. Snakemake orders, DVC stores: a stage asks Snakemake for one family of artifacts and runs
# the rules of that family alone. Sharded families persist, so that finished shards are kept.
"""


def names(text: str) -> set[str]:
    """Names of the stages in the text of dvc.yaml."""
    families = yaml.safe_load(text)["stages"]
    return {f"{family}@{key}" for family, entry in families.items() for key in entry["foreach"]}


def paths(text: str) -> dict[str, set[str]]:
    """Stage -> the files and folders that it reads and makes, by the text of dvc.yaml."""
    return {
        f"{family}@{key}": {
            re.sub(r"\$\{item\.(\w+)\}", lambda slot, item=item: str(item[slot[1]]), path)
            for part in ("deps", "outs", "metrics")
            for listed in entry["do"].get(part, ())
            for path in ([listed] if isinstance(listed, str) else listed)
        }
        for family, entry in yaml.safe_load(text)["stages"].items()
        for key, item in entry["foreach"].items()
    }


def render(stages: Sequence[Stage], plots: Mapping[str, Any]) -> str:
    """The text of dvc.yaml.

    Args:
        stages: of all data sets, upstream ones first.
        plots: path with wildcards -> what DVC should draw of it; its title may have wildcards, too.
    """
    families: dict[str, list[Stage]] = {}
    for stage in stages:
        families.setdefault(stage.template, []).append(stage)
    content = {
        "stages": {family: _template(members) for family, members in families.items()},
        "plots": [
            {path.format(**stage.wildcards): _filled(plot, stage.wildcards)}
            for path, plot in plots.items()
            for stage in stages
            if stage.family == "train"
        ],
    }
    dumped = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)
    return HEADER + dumped


def _filled(plot: Mapping[str, Any], wildcards: Mapping[str, str]) -> dict[str, Any]:
    return {**plot, "title": plot["title"].format(**wildcards)}


def _template(members: Sequence[Stage]) -> dict[str, Any]:
    items: dict[str, dict[str, str]] = {stage.key: dict(stage.wildcards) for stage in members}

    def shared(name: str, values: Mapping[str, Sequence[str]]) -> list[str]:
        return _with_slots(name, values, items)

    def one(name: str, words: Mapping[str, str]) -> str:
        return shared(name, {key: [text] for key, text in words.items()})[0]

    lists = {
        name: shared(
            name, {s.key: [_general(path, s) for path in getattr(s, name)] for s in members}
        )
        for name in ("deps", "params")
    }
    first = members[0]
    build = "snakemake --allowed-rules {} -- {} # rules {}".format(
        one("rules", {s.key: " ".join(s.rules) for s in members}),
        one("targets", {s.key: " ".join(_general(path, s) for path in s.targets) for s in members}),
        one("digest", {s.key: s.digest for s in members}),
    )
    key = ".".join(f"${{item.{wildcard}}}" for wildcard in first.wildcards)
    backdate = f"audiophrase job backdate {first.family} {key}"
    body: dict[str, Any] = {"cmd": [backdate, build] if first.manifests else build}
    body["deps"] = lists["deps"]
    if lists["params"]:
        body["params"] = lists["params"]
    outs = [_general(path, first) for path in first.outs if path not in first.metrics]
    folder = _general(first.folder, first) if first.folder else None
    persist = {"persist": True} if first.manifests or first.grows else {}
    kept = {} if first.is_pushed else {"push": False}
    described = {path: persist | (kept if path == folder else {}) for path in outs}
    body["outs"] = [{path: flags} if flags else path for path, flags in described.items()]
    if first.metrics:
        body["metrics"] = [_general(path, first) for path in first.metrics]
    return {"foreach": items, "do": body}


def _general(path: str, stage: Stage) -> str:
    """A path with the names of its data set, front end and run as template expressions."""
    for top in ("data", "results"):
        head = f"{top}/{stage.dataset}/"
        if path.startswith(head):
            path = f"{top}/${{item.dataset}}/{path.removeprefix(head)}"
    if "variant" in stage.wildcards:
        run = "/runs/{variant}/seed-{seed}/".format(**stage.wildcards)
        path = path.replace(run, "/runs/${item.variant}/seed-${item.seed}/")
    if "front_end" in stage.wildcards:
        for head in ("/features/", "/manifests/features-"):
            path = path.replace(head + stage.wildcards["front_end"], head + "${item.front_end}")
    return path


def _with_slots(
    name: str, values: Mapping[str, Sequence[str]], items: dict[str, dict[str, str]]
) -> list[str]:
    """The entries that all keys share, and slots for the rest, filled in `items`."""
    lists = list(values.values())
    common = [entry for entry in lists[0] if all(entry in other for other in lists)]
    rest = {key: [entry for entry in own if entry not in common] for key, own in values.items()}
    n_slots = max(len(own) for own in rest.values())
    for key, own in rest.items():
        padding = own or common
        for index in range(n_slots):
            entry = own[index] if index < len(own) else padding[-1]
            for wildcard, value in items[key].items():
                entry = entry.replace(f"${{item.{wildcard}}}", value)
            items[key][f"{name}_{index}"] = entry
    return [*common, *(f"${{item.{name}_{index}}}" for index in range(n_slots))]
