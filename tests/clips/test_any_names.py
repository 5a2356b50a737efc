"""Files of any name hold the clips that the annotations call so, wherever in the folder they lie."""

import unicodedata

import pytest

from audiophrase.annotations.clip_names import named_clip
from audiophrase.clip_ids import is_clip_id
from audiophrase.clips.archive import Matches
from audiophrase.clips.local import clip_row
from audiophrase.clips.parameters import ClipParams
from audiophrase.errors import AudiophraseError

NAMES = [
    "Été à la plage (1).wav",
    "{braces}.flac",
    "2023_06_15.wav",
    "Yr3kQ-x_7Qab.wav",
    "дождь.mp3",
    "no ending",
    "a\\b 'c'.wav",
]


def clip(filename):
    named = named_clip(filename)
    times = {"start_s": None, "end_s": None}
    return {"clip_id": named.clip_id, "youtube_id": named.youtube_id, "filename": filename} | times


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_its_clips_however_accents_are_written(name):
    clips = [clip(each) for each in NAMES]
    for on_disk in (name, unicodedata.normalize("NFD", name), f"some/folder/{name}"):
        matches = Matches([on_disk], clips)
        held = {each["filename"]: matches.find(each) for each in clips}
        assert {each for each, file in held.items() if file} == {name}
        assert held[name].name == on_disk


def test_folders_that_the_annotations_name_tell_files_apart():
    clips = [clip("a/tape.wav"), clip("b/tape.wav")]
    matches = Matches(["all/a/tape.wav", "all/b/tape.wav"], clips)
    assert [matches.find(each).name for each in clips] == ["all/a/tape.wav", "all/b/tape.wav"]
    with pytest.raises(AudiophraseError, match="several files could be clip"):
        Matches(["all/a/tape.wav", "all/b/tape.wav"], [clip("tape.wav")]).find(clip("tape.wav"))


def test_another_ending_does_where_the_name_itself_is_not_there():
    own = clip("tape 3.wav")
    assert Matches(["within/tape 3.flac"], [own]).find(own).name == "within/tape 3.flac"
    both = Matches(["tape 3.flac", "tape 3.wav"], [own])
    assert both.find(own).name == "tape 3.wav"


def test_ids_are_safe_and_stay_and_are_no_others():
    ids = [named_clip(name).clip_id for name in [*NAMES, "x/дождь.mp3", "a-b.wav", "a b.wav"]]
    assert len(set(ids)) == len(ids)
    assert all(map(is_clip_id, ids))
    assert named_clip(NAMES[0]).clip_id == "YEte-a-la-plage-1-f6b82364a9"
    decomposed = unicodedata.normalize("NFD", NAMES[0])
    assert named_clip(decomposed).clip_id == named_clip(NAMES[0]).clip_id


@pytest.mark.parametrize("name", ["", "/", "../a.wav", "a/../b.wav", "a\n.wav", "x" * 256])
def test_what_no_file_can_be_called_is_refused(name):
    with pytest.raises(ValueError, match=r"no name of a file|too long"):
        named_clip(name)


def test_a_file_that_is_not_there_is_told_by_the_name_in_the_annotations(tmp_path):
    params = ClipParams(silent_below_dbfs=-90.0, short_by_s=0.1, min_length_s=0.1)
    row = clip_row(tmp_path, Matches([], [clip(NAMES[0])]), clip(NAMES[0]), params)
    assert row["message"] == f"no file {NAMES[0]}, Été à la plage (1).* or the like"
