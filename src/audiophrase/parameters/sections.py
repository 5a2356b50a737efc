"""The sections of params.yaml, and what of them a job can be given: the keys that change its bytes."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, asdict, fields, is_dataclass
from functools import cache
from typing import Any

from audiophrase.annotations.parameters import Annotations
from audiophrase.clips.parameters import ClipParams, Retrieve, RunParams
from audiophrase.evaluate.parameters import Evaluate
from audiophrase.features.parameters import Features, LogMelParams, OnnxParams
from audiophrase.model.parameters import Train, TrainParams
from audiophrase.report.parameters import Figures, FiguresParams
from audiophrase.text.parameters import Text, TextParams

# In the order of the stages.
DOCUMENT: dict[str, type] = {
    "annotations": Annotations,
    "retrieve": Retrieve,
    "features": Features,
    "text": Text,
    "train": Train,
    "evaluate": Evaluate,
    "figures": Figures,
}
# What a variant may override of them: the rest makes what all variants share.
OVERRIDES_OF_VARIANTS: dict[str, tuple[str, ...] | None] = {
    "features": (
        "front_end",
    ),  # one folder of features a front end, so its settings are a data set's
    "train": None,  # all keys
    "evaluate": None,
}

# The keys of a section that a job is given, where these are not all, or there are parts beside them.
_GIVEN: dict[str, type] = {
    "retrieve": ClipParams,
    "features": LogMelParams,
    "features.onnx": OnnxParams,
    "text": TextParams,
    "train": TrainParams,
    "figures": FiguresParams,
}


def _sections() -> Iterator[tuple[str, type]]:
    """A section's own keys, then its parts, `train.crnn` and the like: a job is given some of them."""
    for name, declared in DOCUMENT.items():
        given = _GIVEN.get(name)
        if given:
            yield name, given
        own = {field.name for field in fields(given)} if given else set()
        for field in fields(declared):
            if field.name not in own and is_dataclass(field.type):
                part = f"{name}.{field.name}"
                yield part, _GIVEN.get(part, field.type)


SECTIONS: dict[str, type] = dict(_sections())

# Keys that say how something is done and change no artifact, by section: nothing is made again for them.
RUN_ONLY = {
    "retrieve": frozenset(field.name for field in fields(RunParams)),
    "train": frozenset({"device", "resident_mb"}),
}


@cache
def defaults(declared: type) -> dict[str, Any]:
    """What a params file may leave out of a section, however deep, and what it then is."""
    values: dict[str, Any] = {}
    for field in fields(declared):
        if (default := _default(field)) is not MISSING:
            values[field.name] = default
        elif is_dataclass(field.type) and (of_part := defaults(field.type)):
            values[field.name] = of_part
    return values


def select(sections: Mapping[str, Any], *names: str) -> dict[str, dict[str, Any]]:
    """The settings (`settings.Settings`) of the named sections (dotted), with their own keys alone.

    A key whose value is its default is left out, however deep it lies (see `declare`).
    """
    chosen = {}
    for name in names:
        values: Any = sections
        for key in name.split("."):
            values = values[key]
        chosen[name] = _given(SECTIONS[name], values)
    return chosen


def _given(declared: type, values: Mapping[str, Any]) -> dict[str, Any]:
    given = {}
    for field in fields(declared):
        default = _default(field)
        if default is MISSING or values.get(field.name, default) != default:
            value = values[field.name]
            is_part = is_dataclass(field.type) and isinstance(value, Mapping)
            given[field.name] = _given(field.type, value) if is_part else value
    return given


def _default(field: Field) -> Any:
    """As params.yaml would have it, or MISSING."""
    default = field.default
    if field.default_factory is not MISSING:
        default = field.default_factory()
    return asdict(default) if is_dataclass(default) else default
