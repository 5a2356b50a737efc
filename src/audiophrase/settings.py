"""What a job is given of params.yaml: the names, the JSON of `--settings`, and its dataclasses.

A module apart from `params`: most jobs start for less than a second's work, and loading and checking
params.yaml, which none of them does, takes libraries that would be a tenth of their start. The
declarations of parameters are loaded by those that are given any.
"""

import json
from dataclasses import fields
from typing import Any

from audiophrase.errors import ParamsError

PAPER_VARIANT = "paper"

Settings = dict[str, dict[str, Any]]
"""What one job is given: section name -> its keys. Exactly the keys that change the job's bytes."""


def structure(settings: Settings, name: str) -> Any:
    """One section of a job's settings as its frozen dataclass. Raises ParamsError."""
    import msgspec

    from audiophrase.parameters.sections import SECTIONS

    if name not in settings:
        raise ParamsError(f"the settings lack the section {name}")
    known = SECTIONS[name]
    if unknown := sorted(set(settings[name]) - {field.name for field in fields(known)}):
        raise ParamsError(f"the settings of {name} have an unknown key {', '.join(unknown)}")
    try:
        return msgspec.convert(settings[name], known)
    except msgspec.ValidationError as error:
        raise ParamsError(f"the settings of {name} are not valid: {error}") from None


def parse_settings(text: str) -> Settings:
    """The JSON that a rule hands to its job."""
    from audiophrase.parameters.sections import SECTIONS

    try:
        settings = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParamsError(f"--settings is not JSON: {error}") from None
    known = isinstance(settings, dict) and set(settings) <= set(SECTIONS)
    if not known or not all(isinstance(section, dict) for section in settings.values()):
        raise ParamsError(f"--settings must be an object of sections out of {', '.join(SECTIONS)}")
    return settings
