"""What the page is told of the parameters."""

from collections.abc import Mapping
from typing import Any

from audiophrase.params import dataset_entry, effective, of_artifacts, variants_of
from audiophrase.params.studies import is_study, members

Params = Mapping[str, Any]

_OF_ENTRY = ("title", "clips", "shards", "exclude_leaks")
_OF_MEMBERS = ("annotations", "retrieve")  # sections that each data set of a study has its own of


def page_parameters(params: Params, dataset: str) -> dict[str, Any]:
    """A data set's entry, all that makes its artifacts what they are, and what its variants change."""
    entry = dataset_entry(params, dataset)
    known = of_artifacts(effective(params, dataset))
    about = {name: entry[name] for name in _OF_ENTRY if name in entry}
    if is_study(entry):
        about["splits"] = members(params, dataset)
        known = {name: section for name, section in known.items() if name not in _OF_MEMBERS}
    return {**about, **known, "variants": overrides(params, dataset)}


def overrides(params: Params, dataset: str) -> dict[str, Any]:
    """What each variant that is run changes."""
    return {name: params["variants"][name] for name in variants_of(params, dataset)}
