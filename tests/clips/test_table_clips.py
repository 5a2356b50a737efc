"""Clips whose whole files stand in a table: bytes that are read as any file is, and reach no other."""

import io

import numpy as np
import pytest
import soundfile

from audiophrase.clips.availability import State
from audiophrase.clips.local import table_row
from audiophrase.clips.parameters import ClipParams

PARAMS = ClipParams(silent_below_dbfs=-90.0, short_by_s=0.1, min_length_s=0.1)
CLIP = {
    "clip_id": "Ya-1",
    "youtube_id": "a-1",
    "start_s": None,
    "end_s": None,
    "filename": "a b.wav",
}
SAMPLES = np.random.default_rng(3).integers(-20000, 20000, 8000).astype(np.int16)


def encoded(kind, samples=SAMPLES):
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, 8000, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["WAV", "FLAC", "OGG"])
def test_bytes_of_any_format_are_read(kind):
    row = table_row(encoded(kind), CLIP, PARAMS)
    assert (row["state"], row["clip_id"]) == (State.OK, "Ya-1")
    assert row["n_samples"] == pytest.approx(len(SAMPLES), abs=200)  # Vorbis ends with a block


def test_a_clip_that_the_table_lacks_is_missing():
    row = table_row(None, CLIP, PARAMS)
    assert (row["state"], row["reason"]) == (State.MISSING, "no-file")


def test_damaged_bytes_are_a_row_with_a_reason():
    row = table_row(b"no audio at all" * 20, CLIP, PARAMS)
    assert row["state"] == State.CORRUPT
    assert "a b.wav" in row["message"]


def test_bytes_that_name_other_files_reach_none_of_them(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret.wav").write_bytes(encoded("WAV"))
    playlist = f"ffconcat version 1.0\nfile '{tmp_path}/secret.wav'\n"
    for content in (
        playlist,
        playlist.replace(f"{tmp_path}/", ""),
        f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{tmp_path}/secret.wav\n#EXT-X-ENDLIST\n",
    ):
        row = table_row(content.encode(), CLIP, PARAMS)
        assert row["state"] == State.CORRUPT, content
