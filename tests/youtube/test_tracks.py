"""Several tracks and formats of one video, with the real extractor: the original is what is heard."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fakeyoutube.sounds import signal
from fakeyoutube.tracks import FETCHED, OFFERED, ORIGINAL, OTHER, PROCESSED, REFUSED
from youtube_project import CANARY, youtube_id

from audiophrase.clips.availability import State
from audiophrase.youtube.client import Client, Fetched, Video
from audiophrase.youtube.evidence import Evidence
from audiophrase.youtube.tracks import Track
from audiophrase.youtube.verdict import judge

ID = "-_aBcDeFg0-"
START_S, END_S = 2, 4


def likeness(cut: Fetched, name: str) -> float:
    """Correlation of a cut with the same section of a recording: 1 where they are one."""
    expected = signal(name, cut.sample_rate_hz)
    first = START_S * cut.sample_rate_hz
    expected = expected[first : first + len(cut.samples)]
    return float(np.corrcoef(cut.samples, expected)[0, 1])


def fetch(client: Client, fake, scenario: str) -> Fetched:
    fake.configure({ID: scenario})
    video = client.resolve(ID)
    assert isinstance(video, Video), video
    cut = client.fetch(video, START_S, END_S)
    assert isinstance(cut, Fetched), cut
    assert cut.track == video.track
    assert cut.format_id == video.format_id
    return cut


@pytest.mark.parametrize("scenario", FETCHED)
def test_the_plain_original_is_what_is_heard(fake, client, scenario):
    cut = fetch(client, fake, scenario)
    assert likeness(cut, ORIGINAL) > 0.95
    assert abs(likeness(cut, OTHER)) < 0.1
    assert cut.format_id in ("251", "140", "139", "141")
    assert cut.track.chosen_by is not None


@pytest.mark.parametrize("scenario", REFUSED)
def test_where_the_original_is_not_known_nothing_is_fetched(fake, client, scenario):
    fake.configure({ID: scenario})
    evidence = client.resolve(ID)
    assert isinstance(evidence, Evidence)
    assert any("no original audio track" in text for text in evidence.errors)
    for seen in (evidence, replace(evidence, warnings=())):  # those are of JavaScript and SABR
        verdict = judge(seen)
        assert (verdict.state, verdict.permanent) == (State.UNRESOLVED, False)
    assert verdict.reason == "no-original-track"
    assert "media" not in fake.counts[ID]


def test_a_refusal_lists_the_tracks(fake, client):
    fake.configure({ID: "tracks-none-told"})
    assert "nothing tells it of de, en" in client.resolve(ID).errors[0]


@pytest.mark.parametrize("scenario", PROCESSED)
def test_processed_audio_is_fetched_where_nothing_else_is_and_says_so(fake, client, scenario):
    cut = fetch(client, fake, scenario)
    assert cut.format_id == PROCESSED[scenario][0]
    assert likeness(cut, OTHER) > 0.95


HOW = {
    "ok": Track(None, None, "only-track"),
    "tracks": Track("de.4", "de", "acont+audioTrack+id-suffix"),
    "tracks-by-name": Track("de", "de", "audioTrack"),
    "tracks-by-default": Track("de", "de", "audioTrack"),
    "tracks-by-elimination": Track("de", "de", "others-dubbed"),
    "tracks-by-address": Track(None, "de", "acont"),
    "tracks-by-message": Track(None, "de", "acont"),
    "tracks-by-id": Track("de.4", "de", "id-suffix"),
    "tracks-default-dub": Track("de", "de", "acont"),
    "tracks-one-named": Track("de", "de", "only-track"),
}


@pytest.mark.parametrize("scenario", HOW)
def test_what_told_the_original_is_kept(fake, client, scenario):
    assert fetch(client, fake, scenario).track == HOW[scenario]


@pytest.mark.parametrize(
    ("scenario", "format_id"),
    [("low-aac", "139"), ("aac-by-bitrate", "141"), ("aac-preferred", "140")],
)
def test_what_can_be_played_is_fetched(fake, client, scenario, format_id):
    assert fetch(client, fake, scenario).format_id == format_id


def test_a_run_fetches_every_original_and_leaves_the_rest_unresolved(project):
    videos = {youtube_id(index): name for index, name in enumerate(OFFERED)}
    project.fake.configure(videos)
    project.set_up([(video, START_S) for video in videos], {"attempts": 1, "max_streak": 99})
    assert project.retrieve() == 0
    for video, history in project.histories().items():
        expected = State.UNRESOLVED if videos[video] in REFUSED else State.OK
        assert history.state == expected, videos[video]
        assert not history.permanent


def test_the_attempts_say_which_track_was_chosen_and_how(project):
    project.set_up([("-_dubbed-_0", 2), ("-_which_-_0", 2)], {"attempts": 1})
    project.fake.configure({"-_dubbed-_0": "tracks", "-_which_-_0": "tracks-none-told"})
    assert project.retrieve() == 0
    rows = {row["clip_id"][1:12]: row for row in project.rows()}
    fetched, refused = rows["-_dubbed-_0"], rows["-_which_-_0"]
    names = ("audio_track", "language", "chosen_by", "format")
    assert [fetched[name] for name in names] == ["de.4", "de", "acont+audioTrack+id-suffix", "251"]
    assert [refused[name] for name in names] == [None] * 4
    assert refused["reason"] == "no-original-track"
    assert "de, en" in "".join(json.loads(refused["evidence"])["errors"])
    assert CANARY not in rows
