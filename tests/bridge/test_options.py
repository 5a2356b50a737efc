"""A job's options out of the names of its rule's files."""

import pytest

from audiophrase.bridge.options import options


def test_an_option_has_its_files_name_and_stands_once_for_each_file():
    inputs = {"clips": "a b", "val_features": ["x", "y"], "network": [], "sources": ["s.py"]}
    assert options(inputs, {"model_json": "m"}, without=["sources"]) == [
        "--clips=a b",
        "--val-features=x",
        "--val-features=y",
        "--model-json=m",
    ]


def test_a_name_of_both_an_input_and_an_output_is_refused_unless_left_out():
    with pytest.raises(ValueError, match="both called captions"):
        options({"captions": "in"}, {"captions": "out"})
    assert options({"captions": "in"}, {"captions": "out"}, without=["captions"]) == []
