"""Clips from several sources: who is asked, and whose clip is taken."""

import pytest

from audiophrase.clips.availability import USABLE, State
from audiophrase.clips.mixture import Sources, choose
from audiophrase.errors import AudiophraseError

CLIPS = [
    {
        "clip_id": f"Y{i}_0_10000",
        "youtube_id": i,
        "start_s": 0.0,
        "end_s": 10.0,
        "filename": f"{i}_0.000_10.000.wav",
    }
    for i in ("-bcdefghijk", "abcdefghijk", "zzzzzzzzzzz")
]
NAMES = ["Y-bcdefghijk.wav", "zzzzzzzzzzz_0.000_10.000.wav"]
LOCAL_FIRST, YOUTUBE_FIRST = ("local", "youtube"), ("youtube", "local")


def to_ask(order, names):
    return Sources(order, None, tuple(names)).to_ask(CLIPS)


def row(state):
    return {"clip_id": "Ya_0_1", "state": state}


def test_what_the_folder_holds_is_never_asked_of_youtube():
    asked = to_ask(LOCAL_FIRST, NAMES)
    assert [clip["youtube_id"] for clip in asked] == ["abcdefghijk"]


@pytest.mark.parametrize(
    ("sources", "names", "n_asked"),
    [
        (YOUTUBE_FIRST, NAMES, 3),
        (("youtube",), [], 3),
        (LOCAL_FIRST, [], 3),
        (("local",), NAMES, 0),
    ],
)
def test_otherwise_youtube_is_asked_for_all_or_for_none(sources, names, n_asked):
    assert len(to_ask(sources, names)) == n_asked


def test_two_files_for_one_clip_are_told_before_anything_is_asked():
    names = ["Yabcdefghijk.wav", "Yabcdefghijk.webm"]
    with pytest.raises(AudiophraseError, match="several files could be clip Yabcdefghijk_0_10000"):
        to_ask(LOCAL_FIRST, names)


@pytest.mark.parametrize("state", list(State))
def test_a_file_of_a_preferred_folder_is_taken_whatever_its_state(state):
    def not_called():
        raise AssertionError("YouTube was asked")

    found = choose(LOCAL_FIRST, {"local": lambda: row(state), "youtube": not_called})
    assert found == row(state) | {"source": "local"}


@pytest.mark.parametrize("state", list(State))
def test_what_youtube_cannot_give_is_taken_from_the_folder_behind_it(state):
    rows = {"youtube": lambda: row(state), "local": lambda: row(State.OK_SHORT)}
    expected = row(state) | {"source": "youtube"}
    if state not in USABLE:
        expected = row(State.OK_SHORT) | {"source": "local"}
    assert choose(YOUTUBE_FIRST, rows) == expected


@pytest.mark.parametrize("sources", [LOCAL_FIRST, YOUTUBE_FIRST])
def test_without_a_file_youtubes_verdict_stands(sources):
    rows = {"local": lambda: None, "youtube": lambda: row(State.UNRESOLVED)}
    assert choose(sources, rows) == row(State.UNRESOLVED) | {"source": "youtube"}
