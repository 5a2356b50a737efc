"""Parameters: loading, checking against the schema, and what holds for one data set.

What a job needs, which is handed its settings and reads no params.yaml, stands in `settings`.
"""

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from audiophrase.errors import ParamsError
from audiophrase.parameters.sections import DOCUMENT, RUN_ONLY, defaults
from audiophrase.params.consistency import check_consistency
from audiophrase.params.extensions import check_extensions
from audiophrase.params.reading import read
from audiophrase.params.sources import FILE, empty_paths, named_source
from audiophrase.params.studies import STUDY, all_members, check_study, is_study
from audiophrase.params.violations import violations
from audiophrase.settings import PAPER_VARIANT

_IN_WHICH_FILE = "fix them in params.yaml, or in the file given with --configfile"


def load(path: Path, *overlays: Path) -> dict[str, Any]:
    """Read a params file, lay others over it in turn, and check the whole. Raises ParamsError."""
    params: Any = read(path)
    over: Any = {}
    for overlay in overlays:
        over = _overlay(over, read(overlay))
    params = _overlay(params, {**over, **to_build(over)})
    remedy = f"fix them in {' or '.join(map(str, (path, *overlays)))}"
    missing = [name for name in ("build", *DOCUMENT) if name not in params]
    if missing and not overlays and Path(path).name != "params.yaml":
        remedy = (
            f"{path} lacks {', '.join(missing)}: if it is to be laid over params.yaml, name both, "
            f"`audiophrase check-params params.yaml {path}`"
        )
    check(params, remedy=remedy)
    return params


def to_build(overlay: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is to be made of an overlay that does not say it: the data sets that it names."""
    named = overlay.get("datasets")
    if "build" in overlay or not isinstance(named, Mapping) or not named:
        return {}
    return {"build": list(named)}


def check(params: Any, *, remedy: str = _IN_WHICH_FILE) -> None:
    """Refuse unknown keys, wrong types, values out of range, and what no schema can say.

    Args:
        remedy: what to do about those that the schema refuses.
    """
    check_extensions()
    errors = violations(params)
    if errors:
        listed = "\n".join(f"  - {line}" for line in sorted(errors))
        raise ParamsError(
            f"the parameters are not valid:\n{listed}",
            remedy,
        )
    for name, entry in params["datasets"].items():
        if is_study(entry):
            check_study(params, name, variants_of=variants_of, effective=effective)
    for name in params["build"]:
        require_paths(params, name)
    for name, entry in params["datasets"].items():
        compared_with(params, name)
        for variant in variants_of(params, name):
            check_consistency(name, entry, effective(params, name, variant))


def require_paths(params: Mapping[str, Any], dataset: str) -> None:
    """Refuse to make a data set whose files the user has yet to name. Raises ParamsError."""
    for name in _with_members(params, dataset):
        if missing := _empty_paths(params, name):
            raise ParamsError(
                f"data set '{name}': {'; '.join(missing)}",
                f"name your files under `datasets: {name}:` in params.yaml, or in a file given "
                "with --configfile (docs/own-data.md)",
            )


def with_paths(params: Mapping[str, Any]) -> list[str]:
    """The data sets that could be made: those whose files are named."""
    return [
        name
        for name in params["datasets"]
        if not any(_empty_paths(params, each) for each in _with_members(params, name))
    ]


def _with_members(params: Mapping[str, Any], dataset: str) -> list[str]:
    """A data set and, of a study, those that it is made of."""
    dataset_entry(params, dataset)
    return list(dict.fromkeys([dataset, *all_members(params, dataset)]))


def _empty_paths(params: Mapping[str, Any], dataset: str) -> list[str]:
    """What is missing of the files and folders that a data set's variants read."""
    entry = dataset_entry(params, dataset)
    return list(
        dict.fromkeys(
            line
            for variant in variants_of(params, dataset)
            for line in empty_paths(entry, effective(params, dataset, variant))
        )
    )


def dataset_entry(params: Mapping[str, Any], dataset: str) -> dict[str, Any]:
    """The entry of one data set. Raises ParamsError for an unknown name."""
    return _entry(params, "datasets", "data set", dataset)


def variants_of(params: Mapping[str, Any], dataset: str) -> list[str]:
    """The variants that a data set is run in, the paper's first. Raises ParamsError."""
    chosen = dataset_entry(params, dataset).get("variants", [PAPER_VARIANT])
    if chosen == "all":
        chosen = params["variants"]
    for variant in chosen:
        _entry(params, "variants", "variant", variant)
    return sorted(chosen, key=lambda variant: variant != PAPER_VARIANT)


def front_ends_of(params: Mapping[str, Any], dataset: str) -> list[str]:
    """The front ends that a data set's features are made by: those that its variants name."""
    return list(
        dict.fromkeys(
            effective(params, dataset, variant)["features"]["front_end"]
            for variant in variants_of(params, dataset)
        )
    )


def compared_with(params: Mapping[str, Any], dataset: str) -> list[str]:
    """The data sets in the ablation table of another. Raises ParamsError for an unknown name."""
    names = dataset_entry(params, dataset).get("compare", [])
    for name in names:
        dataset_entry(params, name)
        if name == dataset:
            raise ParamsError(f"data set '{dataset}' is compared with itself", "leave it out")
    return names


def trained_as(params: Mapping[str, Any], dataset: str, variant: str) -> str:
    """The variant whose models a variant is evaluated with: the paper's if it trains alike."""
    own, of_paper = (
        of_artifacts(effective(params, dataset, name)) for name in (variant, PAPER_VARIANT)
    )
    alike = all(own[name] == of_paper[name] for name in ("features", "train"))
    return PAPER_VARIANT if alike else variant


def effective(
    params: Mapping[str, Any], dataset: str, variant: str | None = None
) -> dict[str, Any]:
    """All sections as they hold for a data set, and for a variant where one is named."""
    entry = dataset_entry(params, dataset)
    merged = {
        name: _overlay(_overlay(defaults(declared), params[name]), entry.get(name, {}))
        for name, declared in DOCUMENT.items()
    }
    if (source := named_source(entry)) and "source" not in entry["annotations"]:
        merged["annotations"]["source"] = source
    if is_study(entry):
        merged["annotations"]["source"] = STUDY
    if merged["text"]["normalise"]["lower_case_fallback"] is None and _is_own(merged):
        merged["text"] = _overlay(merged["text"], {"normalise": {"lower_case_fallback": True}})
    if variant is not None:
        for name, override in _entry(params, "variants", "variant", variant).items():
            merged[name] = _overlay(merged[name], override)
    return merged


def _is_own(sections: Mapping[str, Any]) -> bool:
    """Whether captions are the user's own, not the paper's nor the demo's, whose words stay as they are."""
    return sections["annotations"]["source"] in (FILE, "files", STUDY)


def of_artifacts(sections: Mapping[str, Any]) -> dict[str, Any]:
    """Sections without the keys that change no artifact."""
    return {
        name: {key: value for key, value in section.items() if key not in RUN_ONLY.get(name, ())}
        for name, section in sections.items()
    }


def _entry(params: Mapping[str, Any], section: str, noun: str, name: str) -> dict[str, Any]:
    known = params[section]
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean '{close[0]}'? " if close else ""
        raise ParamsError(
            f"unknown {noun} '{name}'; known: {', '.join(known)}",
            f"{hint}add an entry under `{section}` in params.yaml, "
            "or in a file given with --configfile",
        )
    return known[name]


def _overlay(base: Any, override: Any) -> Any:
    if isinstance(base, dict) and isinstance(override, dict):
        keys = [*base, *(key for key in override if key not in base)]
        return {
            key: _overlay(base[key], override[key])
            if key in base and key in override
            else override.get(key, base.get(key))
            for key in keys
        }
    return override
