"""A study of rendered and recorded sets is neither."""

import pytest

from audiophrase.params.sound import audio_of

DATASETS = {
    "demo": {"clips": "rendered"},
    "other": {"clips": "rendered"},
    "field": {"clips": "local"},
    "videos": {"clips": ["local", "youtube"]},
}


@pytest.mark.parametrize(
    ("train", "test", "expected"),
    [
        ("demo", "other", "rendered"),
        ("field", "videos", "recorded"),
        ("demo", "field", "mixed"),
        (["videos", "demo"], "videos", "mixed"),
    ],
)
def test_of_a_study_all_sets_count(train, test, expected):
    study = {"splits": {"train": train, "test": test}}
    assert audio_of({"datasets": DATASETS | {"study": study}}, "study") == expected


@pytest.mark.parametrize(("name", "expected"), [("demo", "rendered"), ("videos", "recorded")])
def test_an_ordinary_set_is_what_its_clips_are(name, expected):
    assert audio_of({"datasets": DATASETS}, name) == expected
