"""What a job is given of params.yaml: the names, the JSON of `--settings`, and its dataclasses.

A module apart from `params`: most jobs start for less than a second's work, and loading and checking
params.yaml, which none of them does, takes libraries that would be a tenth of their start.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any

from audiophrase.errors import ParamsError
from audiophrase.param_sections import SECTIONS

if TYPE_CHECKING:
    import cattrs

SPLITS = ("train", "val", "test")
PAPER_VARIANT = "paper"

Settings = dict[str, dict[str, Any]]
"""What one job is given: section name -> its keys. Exactly the keys that change the job's bytes."""


def select(sections: Mapping[str, Any], *names: str) -> Settings:
    """The settings of the named sections (dotted), with the keys of their dataclass alone."""
    chosen: Settings = {}
    for name in names:
        values: Any = sections
        for key in name.split("."):
            values = values[key]
        chosen[name] = {field.name: values[field.name] for field in fields(SECTIONS[name])}
    return chosen


def structure(settings: Settings, name: str) -> Any:
    """One section of a job's settings as its frozen dataclass."""
    import cattrs  # many jobs only compare settings, and structure none

    try:
        return _converter().structure(settings[name], SECTIONS[name])
    except KeyError:
        raise ParamsError(f"the settings lack the section {name}") from None
    except cattrs.BaseValidationError as error:
        reasons = "; ".join(cattrs.transform_error(error))
        raise ParamsError(f"the settings of {name} are not valid: {reasons}") from None


def parse_settings(text: str) -> Settings:
    """The JSON that a rule hands to its job."""
    try:
        settings = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParamsError(f"--settings is not JSON: {error}") from None
    known = isinstance(settings, dict) and set(settings) <= set(SECTIONS)
    if not known or not all(isinstance(section, dict) for section in settings.values()):
        raise ParamsError(f"--settings must be an object of sections out of {', '.join(SECTIONS)}")
    return settings


@cache
def _converter() -> "cattrs.Converter":
    import cattrs

    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(float, lambda value, _: float(value))
    converter.register_structure_hook(
        list[int] | None,
        lambda value, _: None if value is None else [int(item) for item in value],
    )
    return converter
