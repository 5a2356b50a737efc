"""The JSON schema of params.yaml, and what violates it in words."""

import difflib
import math
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml

SCHEMA_PATH = Path(__file__).parents[2] / "workflow" / "schemas" / "params.schema.yaml"


def violations(params: Any) -> set[str]:
    """Unknown and missing keys, wrong types, values out of range or not finite, a line each."""
    errors = {_explain(error) for error in _validator().iter_errors(params)}
    if not errors:
        errors |= {f"{where}: not finite" for where in _not_finite(params)}
        errors |= {f"missing {where}" for where in _missing(_validator().schema, params)}
    return errors


@cache
def _validator() -> jsonschema.Draft202012Validator:
    # Every run of Snakemake reads this file; libyaml takes a fifth of the time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = SCHEMA_PATH.read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(yaml.load(text, Loader=loader))


def _missing(schema: Mapping[str, Any], value: Any, where: str = "") -> Iterator[str]:
    """Keys that the schema knows and the sections lack; overrides may lack what they like."""
    if "$ref" in schema:
        schema = _validator().schema["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, dict):
        for key, part in schema.get("properties", {}).items():
            if key not in value:
                yield where + key
            else:
                yield from _missing(part, value[key], f"{where}{key}.")


def _not_finite(value: Any, where: str = "") -> Iterator[str]:
    """Where a number is NaN, which lies in every range, or infinite."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _not_finite(part, f"{where}.{key}" if where else str(key))
    elif isinstance(value, float) and not math.isfinite(value):
        yield where


def _explain(error: jsonschema.ValidationError) -> str:
    where = ".".join(str(part) for part in error.absolute_path) or "top level"
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        unknown = [key for key in error.instance if key not in known]
        hints = []
        for key in unknown:
            close = difflib.get_close_matches(str(key), known, n=1)
            hints.append(f"'{key}'" + (f" (did you mean '{close[0]}'?)" if close else ""))
        return f"{where}: unknown key {', '.join(hints)}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{where}: missing {', '.join(missing)}"
    if error.validator == "type":
        expected = error.validator_value
        expected = expected if isinstance(expected, str) else " or ".join(expected)
        return f"{where}: {error.instance!r} is not of type {expected}"
    if error.validator == "contains":
        return f"{where}: must list '{error.validator_value.get('const')}', too"
    if error.validator == "uniqueItems":
        return f"{where}: {error.instance!r} names something twice"
    if error.validator == "not":
        return f"{where}: cannot be set here"
    return f"{where}: {error.message}"
