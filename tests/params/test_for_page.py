"""What the page is told of the parameters."""

import pytest

from audiophrase.params.for_page import overrides, page_parameters


@pytest.fixture
def document(document):
    study = {"title": "Both", "splits": {"train": "demo", "test": "audiogrounding"}}
    document["datasets"]["both"] = study
    return document


def test_it_is_told_what_makes_the_artifacts_and_what_variants_change(document):
    document["datasets"]["demo"]["variants"] = ["paper", "infonce"]
    named = page_parameters(document, "demo")
    assert named["title"] == document["datasets"]["demo"]["title"]
    assert named["train"]["encoder"] == "crnn"
    assert "device" not in named["train"], "which changes no artifact"
    assert named["variants"] == overrides(document, "demo")
    assert list(named["variants"]) == ["paper", "infonce"]


def test_a_study_is_its_splits_and_has_neither_annotations_nor_sources_of_its_own(document):
    named = page_parameters(document, "both")
    assert named["splits"] == {"train": ["demo"], "val": ["demo"], "test": ["audiogrounding"]}
    assert not {"annotations", "retrieve", "clips"} & set(named)
    assert "splits" not in page_parameters(document, "demo")
