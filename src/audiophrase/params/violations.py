"""What violates the schema of params.yaml, in words: a line for each, with what was meant."""

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from functools import cache
from typing import Any

import jsonschema

from audiophrase.parameters.sections import DOCUMENT, OVERRIDES_OF_VARIANTS
from audiophrase.params.extensions import unlisted
from audiophrase.params.schema import ENTRY, NAME, schema

_IN_WORDS = {
    "array": "a list",
    "object": "a mapping, such as {key: value}",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_PATTERNS_IN_WORDS = {
    NAME["pattern"]: "is no name: small letters, digits, - and _, at most 64, no - or _ at first",
    "^[0-9A-Za-z_-]{11}$": "is no id of YouTube: eleven letters, digits, - and _",
    "^all$": "is neither a list of names nor the word all",
}
_NUMBER = re.compile(r"([-+]?\d{1,20})(\.\d{0,20})?(?:[eE]([-+])?(\d{1,3}))?")
_RENAMED = {"train.model": "train.crnn", "train.margin": "train.triplet.margin"}


def violations(params: Any) -> set[str]:
    """Unknown and missing keys, wrong types, values out of range or not finite, a line each."""
    if errors := {f"{where} is not text" for where in _odd_keys(params)}:
        return errors
    errors = {_explain(error) for error in _validator().iter_errors(params)}
    if not errors:
        errors |= {f"{where}: not finite" for where in _not_finite(params)}
        errors |= {f"missing {where}" for where in _missing(_validator().schema, params)}
    return errors


@cache
def _validator() -> jsonschema.Draft202012Validator:
    draft = jsonschema.Draft202012Validator
    whole = draft.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)  # no 32.0
    return jsonschema.validators.extend(draft, type_checker=whole)(schema())


def _missing(known: Mapping[str, Any], value: Any, where: str = "") -> Iterator[str]:
    """Keys that the schema knows and the sections lack; overrides may lack what they like."""
    while "$ref" in known:
        known = _validator().schema["$defs"][known["$ref"].rsplit("/", 1)[1]]
    if isinstance(value, dict):
        for key, part in known.get("properties", {}).items():
            if key not in value:
                if "default" not in part:
                    yield where + key
            else:
                yield from _missing(part, value[key], f"{where}{key}.")


def _odd_keys(value: Any, where: str = "the key ") -> Iterator[str]:
    """Keys that YAML takes for something else, as it does `no` and `1`."""
    if isinstance(value, dict):
        for key, part in value.items():
            if isinstance(key, str):
                yield from _odd_keys(part, f"{where}{key}.")
            else:
                yield f"{where}{key}"


def _not_finite(value: Any, where: str = "") -> Iterator[str]:
    """Where a number is NaN, which lies in every range, or infinite."""
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _not_finite(part, f"{where}.{key}" if where else str(key))
    elif isinstance(value, float) and not math.isfinite(value):
        yield where


def _did_you_mean(value: Any, known: Iterable[Any]) -> str:
    close = difflib.get_close_matches(str(value), [str(each) for each in known], n=1)
    return f" (did you mean '{close[0]}'?)" if close else ""


def _known_elsewhere(error: jsonschema.ValidationError, key: str) -> bool:
    """Whether a key that a variant may not set is one that the sections, or data sets, have."""
    match list(error.absolute_path):
        case ["variants", _]:
            return key in DOCUMENT or key in ENTRY
        case ["variants", _, section, *_]:
            return key in {field.name for field in fields(DOCUMENT[section])}
    return False


def _settable() -> str:
    """What variants may set, in words."""
    parts = [
        name if keys is None else ", ".join(f"{name}.{key}" for key in keys)
        for name, keys in OVERRIDES_OF_VARIANTS.items()
    ]
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _as_number(error: jsonschema.ValidationError) -> str:
    """How to write a number that YAML takes for text, as it does 1e-3 and any that is quoted."""
    expected, text = error.validator_value, error.instance
    if not {"number", "integer"} & {*([expected] if isinstance(expected, str) else expected)}:
        return ""
    if not isinstance(text, str) or not (written := _NUMBER.fullmatch(text)):
        return ""
    whole, fraction, sign, exponent = written.groups()
    if exponent is None:
        return " (YAML takes it for text: leave out the quotes)"
    yaml_reads = f"{whole}{fraction or '.0'}e{sign or '+'}{exponent}"
    return f" (YAML takes it for text: write {yaml_reads})"


def _as_yaml(value: Any) -> str:
    """A value as one writes it in YAML."""
    return {None: "null", True: "true", False: "false"}[value] if _is_word(value) else repr(value)


def _is_word(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _explain(error: jsonschema.ValidationError) -> str:
    where = ".".join(str(part) for part in error.absolute_path) or "top level"
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        unknown = [key for key in error.instance if key not in known]
        if "variants" in list(error.absolute_path)[:1] and (
            barred := [key for key in unknown if _known_elsewhere(error, key)]
        ):
            named = ", ".join(f"'{key}'" for key in barred)
            return f"{where}: {named} cannot be set in a variant, which may set {_settable()}"
        hints = []
        for key in unknown:
            now = _RENAMED.get(f"{error.absolute_path[-1] if error.absolute_path else ''}.{key}")
            hints.append(f"'{key}'" + (f" (it is now {now})" if now else _did_you_mean(key, known)))
        return f"{where}: unknown key {', '.join(hints)}"
    if error.validator == "enum":
        known = error.validator_value
        said = f"{_as_yaml(error.instance)} is not one of [{', '.join(map(_as_yaml, known))}]"
        if done := unlisted(str(error.absolute_path[-1]), str(error.instance)):
            return f"{where}: {said} ({done}: docs/extending.md)"
        return f"{where}: {said}{_did_you_mean(error.instance, known)}"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{where}: missing {', '.join(missing)}"
    if error.validator == "type":
        expected = error.validator_value
        expected = [expected] if isinstance(expected, str) else expected
        words = " or ".join(_IN_WORDS[kind] for kind in expected)
        return f"{where}: {_as_yaml(error.instance)} is not {words}{_as_number(error)}"
    if error.validator == "pattern" and error.validator_value in _PATTERNS_IN_WORDS:
        return f"{where}: {error.instance!r} {_PATTERNS_IN_WORDS[error.validator_value]}"
    if error.validator in ("minItems", "minLength", "minProperties") and not error.instance:
        return f"{where} is empty"
    if error.validator == "contains":
        return f"{where}: must list '{error.validator_value.get('const')}', too"
    if error.validator == "uniqueItems":
        return f"{where}: {error.instance!r} names something twice"
    if error.validator == "not":
        return f"{where}: cannot be set in a variant, as all are run with the same seeds"
    return f"{where}: {error.message}"
