"""What a job is given of params.yaml: the declared sections, and their keys that change its bytes."""

import dataclasses
from dataclasses import asdict, fields
from functools import reduce
from operator import getitem
from pathlib import Path

import jsonschema
import pytest

from audiophrase import params
from audiophrase.errors import ParamsError
from audiophrase.model.parameters import CRNNParams
from audiophrase.parameters.declare import section
from audiophrase.parameters.sections import DOCUMENT, RUN_ONLY, SECTIONS, defaults, select
from audiophrase.params.schema import schema
from audiophrase.settings import parse_settings, structure

PARAMS_PATH = Path(__file__).parents[1] / "params.yaml"
# Keys of params.yaml that no job's settings carry: they choose the rule, an input or a file name.
CHOICES = {
    "annotations": {"source", "files", "file", "form", "list"},
    "retrieve": {"folder", *RUN_ONLY["retrieve"]},
    "features": {"front_end"},
    "features.onnx": {"file"},
    "text": {"vectors_file"},
    "train": {"seeds", *RUN_ONLY["train"]},
    "evaluate": {"only_clips_of"},
    "figures": {"audio"},
}


def test_a_job_is_given_every_key_that_changes_its_bytes():
    """All keys of the document are a job's settings, sections within sections, or named above."""
    nested = {name for name in SECTIONS if "." in name}
    for name, declared in DOCUMENT.items():
        keys = {field.name for field in fields(declared)}
        parts = {part.split(".")[1] for part in nested if part.startswith(f"{name}.")}
        given = {field.name for field in fields(SECTIONS[name])} if name in SECTIONS else set()
        assert keys == given | parts | CHOICES.get(name, set()), name


def test_the_schema_is_made_of_the_declarations_and_is_one():
    made = schema()
    jsonschema.Draft202012Validator.check_schema(made)
    assert set(made["$defs"]["CRNNParams"]["properties"]) == {f.name for f in fields(CRNNParams)}
    assert made["$defs"]["CRNNParams"]["additionalProperties"] is False
    assert "required" not in made["$defs"]["CRNNParams"], "an override may lack what it likes"


def test_a_default_is_not_handed_over_and_means_itself(monkeypatch):
    """A key that is added later changes no settings of what was made before."""

    @section
    class Later:
        first: int
        added: int = 3

    monkeypatch.setitem(SECTIONS, "figures", Later)
    values = {"figures": {"first": 1, "added": 3}}
    assert select(values, "figures") == {"figures": {"first": 1}}
    assert structure(select(values, "figures"), "figures") == Later(1, 3)
    assert defaults(Later) == {"added": 3}
    values["figures"]["added"] = 4
    assert structure(select(values, "figures"), "figures") == Later(1, 4)


def test_a_default_is_not_handed_over_from_any_depth(monkeypatch):
    @section
    class Part:
        kept: int
        added: int = 0

    @section
    class Whole:
        part: Part
        later: Part = Part(1)
        listed: list[int] = dataclasses.field(default_factory=lambda: [1])
        place: str | None = None

    monkeypatch.setitem(SECTIONS, "figures", Whole)
    values = {"part": {"kept": 5, "added": 0}, "later": {"kept": 1, "added": 0}, "listed": [1]}
    assert select({"figures": values | {"place": None}}, "figures") == {
        "figures": {"part": {"kept": 5}}
    }
    values["later"]["added"] = 2
    given = select({"figures": values | {"place": "here"}}, "figures")
    assert given["figures"] == {
        "part": {"kept": 5},
        "later": {"kept": 1, "added": 2},
        "place": "here",
    }
    assert structure(given, "figures") == Whole(Part(5), Part(1, 2), [1], "here")


def test_selected_settings_hold_the_dataclass_keys_alone_and_no_defaults(valid):
    sections = params.effective(valid, "demo", "paper")
    settings = select(sections, *SECTIONS)
    assert list(settings) == list(SECTIONS)
    for name, cls in SECTIONS.items():
        values = reduce(getitem, name.split("."), sections)
        default = defaults(cls)
        assert list(settings[name]) == [
            field.name
            for field in fields(cls)
            if values[field.name] != default.get(field.name, ...)
        ]
    assert "seeds" not in settings["train"]
    assert "normalise" not in settings["text"]


def test_structured_settings_give_back_what_they_were_made_of(valid):
    settings = select(params.effective(valid, "demo", "paper"), *SECTIONS)
    for name, cls in SECTIONS.items():
        structured = structure(settings, name)
        assert isinstance(structured, cls)
        assert asdict(structured) == laid_over(defaults(cls), settings[name])


def laid_over(defaults, given):
    """What is given, and where nothing is, the defaults, however deep."""
    merged = {
        key: laid_over(defaults[key], value)
        if isinstance(value, dict) and isinstance(defaults.get(key), dict)
        else value
        for key, value in given.items()
    }
    return defaults | merged


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"extra": 1}, "extra"),
        ({"hop_s": "fast"}, "hop_s"),
        ({"hop_s": ...}, "hop_s"),  # left out
    ],
)
def test_settings_of_other_keys_are_refused(valid, change, told):
    features = select(valid, "features")["features"] | change
    features = {key: value for key, value in features.items() if value is not ...}
    with pytest.raises(ParamsError, match=rf"settings of features.*{told}"):
        structure({"features": features}, "features")
    with pytest.raises(ParamsError, match="lack the section text"):
        structure({"features": features}, "text")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"feature": {}}', '{"features": 3}'])
def test_settings_that_are_no_sections_are_refused(text):
    with pytest.raises(ParamsError, match="--settings"):
        parse_settings(text)


def test_settings_are_read_as_json():
    assert parse_settings('{"retrieve": {"folder": null}}') == {"retrieve": {"folder": None}}
