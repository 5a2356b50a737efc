"""Which form a file has is told by its content, and one that has none is described."""

import json
import re
from pathlib import Path

import pytest

from audiophrase.annotations import parsing
from audiophrase.annotations.forms import (
    audiogrounding_v1,
    audiogrounding_v1_rows,
    audiogrounding_v2,
    clip_list,
    forms,
    recognise,
)
from audiophrase.annotations.parameters import FORMS
from audiophrase.errors import AnnotationError, ExtensionError


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ({"filename": {}}, audiogrounding_v1),
        ({"soundtag": 5, "other": {}}, audiogrounding_v1),
        ([{"audio_id": "x"}], audiogrounding_v2),
        ({"clips": []}, clip_list),
        ([None, {"audio_id": "x"}], audiogrounding_v2),
        ([{"audiocap_id": 1, "filename": "x"}], audiogrounding_v1_rows),
    ],
)
def test_a_form_is_recognised_by_the_names_of_its_fields(content, form):
    assert recognise(content, "val.json") is form


@pytest.mark.parametrize(
    ("content", "description"),
    [
        (None, "it is null"),
        (5, "it is a number"),
        ("text", "it is text"),
        ({"file": [], "sentence": []}, "it is an object with the keys 'file', 'sentence'"),
        ([{"file_name": "a.wav", "caption_1": "rain"}], "objects with the keys 'file_name', 'capt"),
        ([{"filename": "a_0_1.wav"}], "it is a list of objects with the keys 'filename'"),
        (["text"], "it is a list that begins with text"),
        ([[]], "it is a list that begins with null or another list"),
        ({str(n): 0 for n in range(100)}, "'11', …"),
    ],
)
def test_what_has_no_form_is_described_beside_those_that_are_read(content, description):
    with pytest.raises(AnnotationError, match=r"val\.json has no form that is read") as refusal:
        recognise(content, "val.json")
    assert description in str(refusal.value)
    for name in FORMS:
        assert f"  - {name}: " in str(refusal.value)


@pytest.mark.parametrize("content", [[], {}])
def test_an_empty_file_has_no_rows(content):
    with pytest.raises(AnnotationError, match=r"val\.json has no rows"):
        recognise(content, "val.json")


def test_the_documented_examples_are_read_and_say_the_same_but_for_the_clip():
    document = (Path(__file__).parents[2] / "docs/own-data.md").read_text()
    examples = [
        json.loads(block) for block in re.findall(r"```json\n(.*?)```", document, re.DOTALL)
    ]
    assert [recognise(content, "train.json") for content in examples] == [
        audiogrounding_v1,
        audiogrounding_v1_rows,
        audiogrounding_v2,
    ]
    tables = []
    for content in examples:
        splits = {split: json.loads(json.dumps(content)) for split in ("train", "val", "test")}
        for split in ("val", "test"):  # other clips and captions
            text = json.dumps(splits[split]).replace("r3kQ-x_7Qab", f"{split:->11}")
            number = 8 if split == "val" else 9
            text = re.sub(r'("audiocap_id": (?:\{"0": )?)\d+', rf"\g<1>{number}", text)
            splits[split] = json.loads(text)
        tables.append(parsing.parse(splits, {"train": 1, "val": 1, "test": 1}))
    first, as_rows, second = tables
    assert as_rows == first
    for name, columns in (("captions", ["caption", "tokens"]), ("phrases", ["phrase", "segments"])):
        assert first[name].select(columns) == second[name].select(columns)
    assert first["clips"]["start_s"].to_pylist() == [40.0] * 3
    assert second["clips"]["start_s"].to_pylist() == [None] * 3


@pytest.mark.parametrize("column", [5, None, "x", [{"0": "a.wav"}]])
def test_a_first_column_of_another_type_is_refused_in_words(column):
    """However it is compared with the columns before it is looked at."""
    content = {"audiocap_id": {"0": 1}, "filename": column, "caption": {"0": "a dog"}}
    with pytest.raises(AnnotationError, match="'filename' is not an object keyed by row number"):
        list(audiogrounding_v1.rows(content, "train.json"))


def test_a_form_that_is_listed_without_its_module_is_told_by_the_job_too(monkeypatch):
    monkeypatch.setattr("audiophrase.annotations.forms.FORMS", ("captions_by_file",))
    forms.cache_clear()
    try:
        with pytest.raises(ExtensionError, match=r"no file .*forms/captions_by_file\.py"):
            recognise({"filename": {}}, "val.json")
    finally:
        forms.cache_clear()
