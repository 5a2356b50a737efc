"""The JSON schema of params.yaml, made of the declared parameters.

A section's definition serves twice: for the section itself and for the overrides in `datasets` and
`variants`, which may lack what they like; that no key of a section is missing is checked apart.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from audiophrase.parameters.sections import DOCUMENT, OVERRIDES_OF_VARIANTS
from audiophrase.splits import SPLITS

NAME = {
    "description": "becomes a folder name",
    "type": "string",
    "pattern": "^[a-z0-9][a-z0-9_-]{0,63}$",
}
_NAMES = {"type": "array", "uniqueItems": True, "items": NAME}
_N_SHARDS = {"type": "integer", "minimum": 1, "maximum": 99_999}


def schema() -> dict[str, Any]:
    """The schema (draft 2020-12) as an object of JSON."""
    definitions = {}
    for name, section in DOCUMENT.items():
        _, parts = msgspec.json.schema_components([section], ref_template="#/$defs/{name}")
        definitions |= parts
        definitions[name] = {"$ref": f"#/$defs/{section.__name__}"}
    own = {name: {"$ref": f"#/$defs/{name}"} for name in DOCUMENT}
    of_variant = {
        name: own[name] if keys is None else _some(DOCUMENT[name], keys)
        for name, keys in OVERRIDES_OF_VARIANTS.items()
    }
    of_variant["train"] = {  # every variant is run with the same seeds
        **own["train"],
        "properties": {"seeds": {"not": {}}},
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "audiophrase parameters",
        "type": "object",
        "additionalProperties": False,
        "required": ["build", *DOCUMENT, "variants", "datasets"],
        "properties": {
            "build": {
                "description": "data sets that plain `snakemake` makes",
                "type": "array",
                "minItems": 1,
                "uniqueItems": True,
                "items": {"type": "string"},
            },
            **own,
            "variants": {
                "type": "object",
                "required": ["paper"],
                "propertyNames": NAME,
                "additionalProperties": _object(of_variant),
            },
            "datasets": {
                "type": "object",
                "minProperties": 1,
                "propertyNames": NAME,
                "additionalProperties": {
                    **_object(ENTRY | own),
                    "required": ["title"],
                    "if": {"type": "object", "required": ["splits"]},
                    "else": {"required": ["clips", "shards"]},
                },
            },
        },
        "$defs": {name: _for_overrides(part) for name, part in definitions.items()},
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": dict(properties)}


def _some(section: type, keys: tuple[str, ...]) -> dict[str, Any]:
    """Some keys of a section."""
    return _object({k: {"$ref": f"#/$defs/{section.__name__}/properties/{k}"} for k in keys})


_MEMBERS = {"if": {"type": "array"}, "then": {"minItems": 1, **_NAMES}, "else": NAME}

ENTRY = {
    "title": {"type": "string", "minLength": 1},
    "clips": {
        "description": "where the audio comes from; several sources, the preferred one first",
        "if": {"type": "array"},
        "then": {"minItems": 1, "uniqueItems": True, "items": {"enum": ["local", "youtube"]}},
        "else": {"enum": ["rendered", "local", "youtube"]},
    },
    "variants": {
        "description": "which variants are run; `paper` is always among them",
        **_NAMES,
        "type": ["array", "string"],
        "contains": {"const": "paper"},
        "pattern": "^all$",
    },
    "compare": {
        "description": "data sets whose paper variant is a line of this one's ablation table",
        **_NAMES,
    },
    "push_clips": {
        "description": "whether clips are shared through the DVC remote; by default not YouTube's",
        "type": "boolean",
    },
    "shards": {
        "description": "number of shards a split, about 64 clips each",
        **_object(dict.fromkeys(SPLITS, _N_SHARDS)),
        "required": list(SPLITS),
    },
    "splits": {
        "description": "of a study: the data set, or several, that each split is taken from",
        **_object(dict.fromkeys(SPLITS, _MEMBERS)),
        "required": ["train", "test"],
    },
    "exclude_leaks": {
        "description": "whether clips that stand in val or test, too, are left out of training",
        "type": "boolean",
    },
}


def _for_overrides(part: Any) -> Any:
    """A definition whose keys may be missing, but for none that it does not know.

    What may be null is one type of two, not one schema of two: so an error says what is wrong.
    """
    if isinstance(part, list):
        return [_for_overrides(item) for item in part]
    if not isinstance(part, dict):
        return part
    match part:
        case {"anyOf": [{"type": str(kind), **rest}, {"type": "null"}], **others}:
            return _for_overrides({**others, **rest, "type": [kind, "null"]})
    kept = {key: _for_overrides(value) for key, value in part.items() if key != "title"}
    if "properties" in kept:
        kept["additionalProperties"] = False
    if part.get("title"):  # a dataclass
        kept.pop("required", None)
    return kept
