"""What is made of what the real extractor and the real reader saw of a video."""

from dataclasses import replace

import pytest

from audiophrase.youtube.client import Video
from audiophrase.youtube.verdict import concerns_run, judge

ID = "-_aBcDeFg0-"
REASONS = {
    "owner-asked": "private",
    "private": "private",
    "blocked-session": "rate-limited",
    "administrator": "network-restricted",
    "media-403": "po-token/SABR",
    "media-404": "network-transient",
    "media-410": "network-transient",
    "media-416": "network-transient",
}


def evidence_of(client, fake, scenario):
    fake.configure({ID: scenario})
    seen = client.resolve(ID)
    evidence = client.fetch(seen, 3.0, 13.0) if isinstance(seen, Video) else seen
    others = tuple(text for text in evidence.warnings if "JavaScript" not in text)
    return replace(evidence, warnings=others)  # as if there were a runtime


@pytest.mark.parametrize("scenario", REASONS)
def test_the_class_of_a_scenario(fake, client, scenario):
    evidence = evidence_of(client, fake, scenario)
    verdict = judge(evidence)
    assert verdict.reason == REASONS[scenario]
    assert verdict.permanent == (verdict.reason == "private")
    assert concerns_run(verdict) == (verdict.reason != "private")


@pytest.mark.parametrize("scenario", ["player-429", "player-500", "all-429", "media-404"])
def test_the_message_is_word_for_word_what_was_said(fake, client, scenario):
    evidence = evidence_of(client, fake, scenario)
    assert judge(evidence).message in (*evidence.errors, *evidence.warnings)
