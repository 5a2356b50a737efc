"""What lies beside recordings in a folder: notes, tables, pictures, halves of downloads."""

import pytest

from audiophrase.clip_ids import clip_id
from audiophrase.clips.archive import Matches
from audiophrase.clips.folder import could_be_a_clip, list_files

ID = "AAAAAAAAAAA"
STEMS = [f"{prefix}{ID}{times}" for prefix in ("", "Y") for times in ("", "_30", "_30_40")]
BESIDE = [
    "json",
    "info.json",
    "txt",
    "csv",
    "lab",
    "TextGrid",
    "jpg",
    "vtt",
    "wav.part",
    "ytdl",
    "x",
]


def clip(start_s: int, end_s: int) -> dict[str, object]:
    return {
        "clip_id": clip_id(ID, start_s, end_s),
        "youtube_id": ID,
        "start_s": float(start_s),
        "end_s": float(end_s),
        "filename": f"Y{ID}_{start_s}_{end_s}.wav",
    }


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("beside", BESIDE)
def test_what_is_no_audio_neither_blocks_a_recording_nor_stands_in_for_it(tmp_path, stem, beside):
    for name in (f"{stem}.flac", f"{stem}.{beside}", f"Y{ID}_30_40.{beside}"):
        (tmp_path / name).touch()
    matches = Matches(list_files(tmp_path), [clip(30, 40)])
    assert matches.find(clip(30, 40)).name == f"{stem}.flac"
    assert matches.note() is None


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("ext", ["wav", "FLAC", "webm", "w64", "ape", "mov"])
def test_audio_is_looked_at_whatever_its_form(stem, ext):
    assert could_be_a_clip(f"{stem}.{ext}")
