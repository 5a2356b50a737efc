"""Recordings in several splits or sets: by video, by equal samples under other names, and none."""

import hashlib
import io

import numpy as np
import pytest
import soundfile

from audiophrase.clips.leakage import MAX_PAIRS, Recorded, leaks, left_out, recorded
from audiophrase.clips.shards import encode_flac
from audiophrase.clips.sound_digest import sound_digest
from audiophrase.errors import ArtifactError
from audiophrase.report.cells import markdown
from audiophrase.report.leakage import leakage_table

NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, 3000).astype(np.float32)
WITHIN = {"train": ["a"], "val": ["a"], "test": ["a"]}


def clip(dataset, split, clip_id, video=None, start_s=None, digest=None):
    end_s = None if start_s is None else start_s + 10
    return Recorded(dataset, split, clip_id, video, start_s, end_s, digest or clip_id + dataset)


def named(rows):
    keys = ("kind", "dataset", "split", "clip_id", "other_dataset", "other_split", "other_clip_id")
    return [tuple(row[key] for key in keys) for row in rows]


def test_sections_of_one_video_leak_whether_they_overlap_or_not():
    rows = leaks(
        [
            clip("b", "test", "t", "v", 4.0),
            clip("a", "train", "near", "v", 0.0),
            clip("a", "train", "far", "v", 60.0),
            clip("a", "train", "other", "w", 0.0),
        ],
        exclude=False,
    )
    assert named(rows) == [
        ("video", "a", "train", "near", "b", "test", "t"),
        ("video", "a", "train", "far", "b", "test", "t"),
    ]
    assert [row["overlap_s"] for row in rows] == [6.0, 0.0]
    assert not left_out(rows)


def test_within_one_data_set_its_splits_are_compared():
    rows = leaks(
        [
            clip("a", split, split, "v", 10.0 * n)
            for n, split in enumerate(("val", "train", "test"))
        ],
        exclude=True,
    )
    assert [(row["split"], row["other_split"]) for row in rows] == [
        ("train", "val"),
        ("train", "test"),
        ("val", "test"),
    ]
    assert [row["left_out"] for row in rows] == [True, True, False]  # never of val or test
    assert left_out(rows) == {"train"}


def test_two_sets_of_one_split_may_share_a_recording_and_nothing_is_left_out():
    rows = leaks([clip("a", "train", "x", "v"), clip("b", "train", "y", "v")], exclude=True)
    assert named(rows) == [("video", "a", "train", "x", "b", "train", "y")]
    assert rows[0]["overlap_s"] is None
    assert not left_out(rows)


def test_equal_samples_leak_under_any_name():
    rows = leaks(
        [clip("a", "train", "x", digest="d"), clip("b", "test", "y", digest="d")], exclude=True
    )
    assert named(rows) == [("audio", "a", "train", "x", "b", "test", "y")]
    assert left_out(rows) == {"x"}


def test_of_too_many_pairs_every_clip_is_still_listed():
    n = int(MAX_PAIRS**0.5) + 1
    clips = [clip("a", split, f"{split}{k}", "v") for split in ("train", "test") for k in range(n)]
    rows = leaks([*clips, clip("a", "train", "more", "v")], exclude=True)
    assert len(rows) == n + 1
    assert {row["clip_id"] for row in rows} == {f"train{k}" for k in range(n)} | {"more"}
    assert {row["other_clip_id"] for row in rows} == {f"test{k}" for k in range(n)}


@pytest.mark.parametrize(
    ("filename", "youtube_id", "start_s", "video"),
    [
        ("dog.wav", "dog-36e5b81a4f", None, None),  # of another folder, it may be another dog
        ("Yabcdefghijk.wav", "abcdefghijk", None, "abcdefghijk"),
        ("abcdefghijk_0_10.wav", "abcdefghijk", 0.0, "abcdefghijk"),
    ],
)
def test_the_name_of_a_file_is_no_video(filename, youtube_id, start_s, video):
    row = {"clip_id": "x", "split": "train", "filename": filename, "youtube_id": youtube_id}
    if youtube_id.startswith("dog"):
        row["youtube_id"] = f"dog-{hashlib.sha256(filename.encode()).hexdigest()[:10]}"
    row |= {"start_s": start_s, "end_s": None if start_s is None else 10.0}
    assert recorded(row, "a", "d").video == video


def test_a_digest_is_of_the_samples_and_their_rate():
    flac = encode_flac(NOISE, 16000)
    assert sound_digest(flac, "x") == sound_digest(encode_flac(NOISE.copy(), 16000), "y")
    other_encoder = io.BytesIO()
    pcm = np.rint(NOISE * 32768).astype(np.int16)
    soundfile.write(other_encoder, pcm, 16000, format="FLAC", compression_level=0.0)
    assert other_encoder.getvalue() != flac
    assert sound_digest(other_encoder.getvalue(), "x") == sound_digest(flac, "x")
    assert sound_digest(encode_flac(NOISE, 22050), "x") != sound_digest(flac, "x")
    softer = NOISE * np.float32(0.9)
    assert sound_digest(encode_flac(softer, 16000), "x") != sound_digest(flac, "x")


def test_where_the_encoder_left_the_digest_out_samples_are_decoded():
    flac, softer = (encode_flac(NOISE * np.float32(gain), 16000) for gain in (1, 0.9))
    without, other = (f[:26] + bytes(16) + f[42:] for f in (flac, softer))
    assert sound_digest(without, "x") != sound_digest(other, "x")
    assert sound_digest(without, "x") == sound_digest(bytes(without), "y")


@pytest.mark.parametrize("content", [b"", b"RIFF" + bytes(60), b"fLaC\x04" + bytes(60)])
def test_what_is_no_flac_is_refused(content):
    with pytest.raises(ArtifactError, match="clip x is no FLAC stream"):
        sound_digest(content, "x")


def test_a_table_counts_also_where_there_is_nothing():
    table = leakage_table([], splits=WITHIN, exclude_leaks=False)
    text = markdown(table)
    assert (
        "No recording of the training split is in val or test, and val and test have none" in text
    )
    assert "| train | test | 0 | 0 | 0 | 0 | 0 |" in text
    assert list(table.tidy.columns)[:4] == ["kind", "dataset", "split", "clip_id"]


def test_a_table_says_what_was_done():
    clips = [clip("a", "train", "x", "v", 0.0), clip("a", "test", "y", "v", 0.0)]
    kept, out = (
        markdown(leakage_table(leaks(clips, exclude=e), splits=WITHIN, exclude_leaks=e))
        for e in (False, True)
    )
    assert "1 training clip has its recording in val or test, too. It is trained on all the" in kept
    assert "| train | test | 1 | 0 | 1 | 1 | 0 |" in kept
    assert "1 was left out of training (exclude_leaks: true)" in out
    assert "| train | test | 1 | 0 | 1 | 1 | 1 |" in out
