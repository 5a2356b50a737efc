"""The front end that a data set or a variant names, and what its frames depend on.

No job imports this: a front end more makes no features again.
"""

from collections.abc import Mapping
from typing import Any

from audiophrase.features.parameters import FRONT_ENDS, FrontEnd
from audiophrase.parameters.sections import select
from audiophrase.settings import Settings


def chosen(sections: Mapping[str, Any]) -> FrontEnd:
    """The front end that a data set or a variant names."""
    return FRONT_ENDS[sections["features"]["front_end"]]


def settings_of(front_end: FrontEnd, sections: Mapping[str, Any]) -> Settings:
    """The settings that a front end's frames depend on, and no other front end's."""
    values = select(sections, front_end.section)[front_end.section]
    kept = {key: value for key, value in values.items() if key not in front_end.without}
    return {front_end.section: kept}


def file_of(front_end: FrontEnd, sections: Mapping[str, Any]) -> str | None:
    """The path of its network as params.yaml names it; None where it has none, or it is not named."""
    if front_end.file is None:
        return None
    section: Any = sections
    for key in front_end.section.split("."):
        section = section[key]
    return section[front_end.file]
