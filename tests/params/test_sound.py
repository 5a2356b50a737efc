"""Whether the page and the explorer carry sound."""

import json

import pytest

from audiophrase.params.for_jobs import settings_json
from audiophrase.params.sound import carries_sound


def test_rendered_clips_may_be_passed_on_and_those_of_youtube_may_not(document):
    assert carries_sound(document, "demo")
    assert not carries_sound(document, "audiogrounding")
    document["datasets"]["audiogrounding"]["clips"] = ["local", "youtube"]
    assert not carries_sound(document, "audiogrounding")
    document["datasets"]["audiogrounding"]["push_clips"] = True  # a remote is not the public
    assert not carries_sound(document, "audiogrounding")
    document["datasets"]["audiogrounding"]["clips"] = "local"
    assert carries_sound(document, "audiogrounding")
    document["datasets"]["audiogrounding"]["push_clips"] = False
    assert not carries_sound(document, "audiogrounding")


@pytest.mark.parametrize("said", [True, False])
def test_what_the_user_says_holds(document, said):
    document["figures"]["audio"] = said
    assert carries_sound(document, "demo") is said
    assert carries_sound(document, "audiogrounding") is said
    document["datasets"]["demo"]["figures"] = {"audio": not said}
    assert carries_sound(document, "demo") is not said


def test_figures_are_not_drawn_again_for_it(document):
    before = settings_json(document, ["figures"], "demo")
    document["figures"]["audio"] = True
    assert settings_json(document, ["figures"], "demo") == before
    assert "audio" not in json.loads(before)["figures"]
