"""Which modules a job imports by their names: so that another form, encoder or loss changes nothing for it."""

from collections.abc import Iterable, Mapping
from typing import Any

from audiophrase.annotations.parameters import FORMS
from audiophrase.params import effective
from audiophrase.params.sources import LIST

Params = Mapping[str, Any]

_FORM_OF = {  # a source of annotations -> the form of what it gives
    "grammar": "audiogrounding_v1",
    "audiogrounding": "audiogrounding_v1",
    "audiogrounding_v2": "audiogrounding_v2",
    LIST: "clip_list",
}
_PACKAGE_OF = {"encoder": "encoders", "loss": "losses"}


def form_modules(params: Params, dataset: str) -> list[str]:
    """Of the forms that a data set's annotations may have: one, where that is known."""
    annotations = effective(params, dataset)["annotations"]
    known = _FORM_OF.get(annotations["source"], annotations["form"])
    return [f"audiophrase.annotations.forms.{name}" for name in ([known] if known else FORMS)]


def model_modules(params: Params, dataset: str, variant: str, parts: Iterable[str]) -> list[str]:
    """Of a variant's `encoder`, `loss`, or both."""
    train = effective(params, dataset, variant)["train"]
    return [f"audiophrase.model.{_PACKAGE_OF[part]}.{train[part]}" for part in parts]
