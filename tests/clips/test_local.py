"""Clips from a folder: which file, which part of it, and what is said where there is none."""

import av
import numpy as np
import pytest
import soundfile

from audiophrase.clips.archive import Matches
from audiophrase.clips.availability import State
from audiophrase.clips.folder import list_files
from audiophrase.clips.local import clip_row, read_clip
from audiophrase.clips.parameters import ClipParams
from audiophrase.clips.shards import Failure
from audiophrase.errors import AudiophraseError

RATE_HZ = 8000
PARAMS = ClipParams(silent_below_dbfs=-90.0, short_by_s=0.1, min_length_s=0.1)
CLIP = {
    "clip_id": "Ya-b_3000_5000",
    "youtube_id": "a-b",
    "start_s": 3.0,
    "end_s": 5.0,
    "filename": "a-b_3.000_5.000.wav",
}
NOISE = np.random.default_rng(3).integers(-20000, 20000, 10 * RATE_HZ).astype(np.int16)


def put(folder, name, length_s):
    soundfile.write(folder / name, NOISE[: round(length_s * RATE_HZ)], RATE_HZ)


def matches_in(folder, clip=CLIP):
    return Matches(list_files(folder), [clip])


def read(folder):
    found = matches_in(folder).find(CLIP)
    return read_clip(folder, found, CLIP, tolerance_s=PARAMS.short_by_s)


def row(folder):
    return clip_row(folder, matches_in(folder), CLIP, PARAMS)


def assert_from(found, start_s, length_s):
    samples, rate_hz = found
    assert rate_hz == RATE_HZ
    first = round(start_s * RATE_HZ)
    expected = NOISE[first : first + round(length_s * RATE_HZ)] / np.float32(32768)
    np.testing.assert_array_equal(samples, expected)


@pytest.mark.parametrize(
    ("name", "length_s", "start_s"),
    [
        ("a-b_3.000_5.000.wav", 2.0, 0.0),
        ("a-b_3.000_5.000.wav", 2.05, 0.0),  # as loosely cut files are
        ("Ya-b_3.000_5.000.flac", 2.0, 0.0),
        ("Ya-b_3.000_5.000.flac", 3.0, 0.0),  # longer, but no recording that reaches the clip
        ("Ya-b_3.000_5.000.flac", 10.0, 3.0),  # the whole recording, although named with times
        ("Ya-b.flac", 2.0, 0.0),  # the clip alone
        ("Ya-b.flac", 10.0, 3.0),
        ("Ya-b.wav", 5.0, 3.0),
    ],
)
def test_a_clip_is_cut_where_its_file_says(tmp_path, name, length_s, start_s):
    put(tmp_path, name, length_s)
    assert_from(read(tmp_path), start_s, 2.0)
    assert row(tmp_path)["state"] == State.OK


def test_a_file_named_with_times_goes_before_the_whole_recording(tmp_path):
    put(tmp_path, "Ya-b.wav", 10)
    put(tmp_path, "Ya-b_3.000_5.000.wav", 2)
    assert_from(read(tmp_path), 0.0, 2.0)


@pytest.mark.parametrize(
    ("name", "length_s", "kept_s"),
    [("a-b_3.000_5.000.wav", 1.25, 1.25), ("Ya-b.wav", 1.25, 1.25), ("Ya-b.flac", 4.5, 1.5)],
)
def test_a_file_that_ends_early_keeps_its_length(tmp_path, name, length_s, kept_s):
    put(tmp_path, name, length_s)
    assert_from(read(tmp_path), length_s - kept_s, kept_s)
    found = row(tmp_path)
    assert (found["state"], found["n_samples"]) == (State.OK_SHORT, kept_s * RATE_HZ)


def test_a_recording_that_ends_before_the_clip_has_no_samples(tmp_path):
    put(tmp_path, "Ya-b.wav", 2.5)
    found = row(tmp_path)
    assert (found["state"], found["reason"]) == (State.CORRUPT, "no-samples")


def test_silence_is_a_state(tmp_path):
    soundfile.write(tmp_path / "Ya-b.wav", np.zeros(2 * RATE_HZ), RATE_HZ)
    assert row(tmp_path)["state"] == State.SILENT


def test_a_file_without_samples_is_corrupt(tmp_path):
    soundfile.write(tmp_path / "Ya-b.wav", np.zeros(0), RATE_HZ)
    found = row(tmp_path)
    assert (found["state"], found["reason"]) == (State.CORRUPT, "no-samples")


def test_no_file_is_a_row_that_says_what_was_looked_for(tmp_path):
    put(tmp_path, "other.wav", 1)
    assert matches_in(tmp_path).find(CLIP) is None
    assert row(tmp_path) == {
        "clip_id": CLIP["clip_id"],
        "state": State.MISSING,
        "reason": "no-file",
        "message": "no file a-b_3.000_5.000.wav, Ya-b_3.000_5.000.*, Ya-b.* or the like",
    }


WHOLE = {
    "clip_id": "Ya-b",
    "youtube_id": "a-b",
    "start_s": None,
    "end_s": None,
    "filename": "Ya-b.wav",
}


@pytest.mark.parametrize("name", ["Ya-b.wav", "Ya-b.flac"])
@pytest.mark.parametrize("length_s", [1.0, 10.0])
def test_a_clip_without_times_is_the_whole_file_however_long(tmp_path, name, length_s):
    put(tmp_path, name, length_s)
    found = clip_row(tmp_path, matches_in(tmp_path, WHOLE), WHOLE, PARAMS)
    assert (found["state"], found["n_samples"]) == (State.OK, length_s * RATE_HZ)
    assert_from(
        read_clip(
            tmp_path,
            matches_in(tmp_path, WHOLE).find(WHOLE),
            WHOLE,
            tolerance_s=PARAMS.short_by_s,
        ),
        0.0,
        length_s,
    )


def test_a_whole_recording_is_not_taken_for_a_clip_without_times(tmp_path):
    soundfile.write(tmp_path / "Ya-b.wav", np.ones(round(60.1 * RATE_HZ)) * 0.1, RATE_HZ)
    found = clip_row(tmp_path, matches_in(tmp_path, WHOLE), WHOLE, PARAMS)
    assert (found["state"], found["reason"]) == (State.CORRUPT, "too-long")
    assert found["message"] == "Ya-b.wav: 60 s, and the clip's place is not known"


def test_no_file_of_a_clip_without_times_says_what_was_looked_for(tmp_path):
    found = clip_row(tmp_path, matches_in(tmp_path, WHOLE), WHOLE, PARAMS)
    assert (found["state"], found["message"]) == (
        State.MISSING,
        "no file Ya-b.wav, Ya-b.* or the like",
    )


@pytest.mark.parametrize("stem", ["Ya-b", "Ya-b_3.000_5.000"])
def test_two_files_are_refused_by_name(tmp_path, stem):
    put(tmp_path, f"{stem}.flac", 2)
    put(tmp_path, f"{stem}.wav", 2)
    with pytest.raises(AudiophraseError) as refusal:
        read(tmp_path)
    assert f"clip Ya-b_3000_5000: {stem}.flac, {stem}.wav" in str(refusal.value)


RANDOM_BYTES = np.random.default_rng(5).bytes


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"hello\n" * 100, b"RIFF\x24\x00\x00\x00WAVE", b"fLaC", b"ID3\x04", b"OggS"]
    + [RANDOM_BYTES(n) for n in (1, 100, 5000)],
    ids=lambda content: f"{len(content)} bytes {content[:4]!r}",
)
@pytest.mark.parametrize("suffix", ["wav", "mp3", "webm", "au"])
def test_what_is_no_audio_is_a_corrupt_row_with_its_name(tmp_path, content, suffix):
    (tmp_path / f"Ya-b.{suffix}").write_bytes(content)
    failure = read(tmp_path)
    assert isinstance(failure, Failure)
    assert failure.state == State.CORRUPT
    assert failure.reason in ("unreadable", "no-audio")
    assert failure.message.startswith(f"Ya-b.{suffix}: ")
    assert "None" not in failure.message


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_damaged_files_are_rows_and_never_exceptions(tmp_path, suffix):
    path = tmp_path / f"Ya-b.{suffix}"
    put(tmp_path, path.name, 10)
    content = path.read_bytes()
    rng = np.random.default_rng(9)
    for n_kept in (10, 100, len(content) // 3):
        path.write_bytes(content[:n_kept])
        assert_is_a_row(tmp_path)
    for _ in range(10):
        damaged = np.frombuffer(content, np.uint8).copy()
        places = rng.integers(0, rng.choice([200, len(content)]), 30)
        damaged[places] = rng.integers(0, 256, 30)
        path.write_bytes(damaged.tobytes())
        assert_is_a_row(tmp_path)


def assert_is_a_row(folder):
    found = read(folder)
    if isinstance(found, Failure):
        assert found.state == State.CORRUPT
    else:
        assert row(folder)["state"] in set(State)
        assert len(found[0]) <= 2.0 * found[1]


def test_names_of_a_song_that_are_not_utf8_do_no_harm(tmp_path):
    """ID3 tags in Latin-1, declared as something else, are common."""
    put(tmp_path, "Ya-b.mp3", 2)
    tag = b"TIT2\x00\x00\x00\x06\x00\x00\x03B\xe4r\xff\xfe"
    audio = (tmp_path / "Ya-b.mp3").read_bytes()
    (tmp_path / "Ya-b.mp3").write_bytes(
        b"ID3\x03\x00\x00\x00\x00\x00" + bytes([len(tag)]) + tag + audio
    )
    assert row(tmp_path)["state"] == State.OK


class _Pipe:
    """Can be written to and no more, so that no header is rewritten in the end."""

    def __init__(self):
        self.written = b""

    def write(self, content):
        self.written += bytes(content)
        return len(content)


def test_a_file_that_does_not_say_how_long_it_is_is_measured(tmp_path):
    """As streams are saved: the section is cut out of the whole all the same."""
    path, pipe = tmp_path / "Ya-b.flac", _Pipe()
    with av.open(pipe, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        for first in range(0, len(NOISE), 4000):
            part = NOISE[None, first : first + 4000]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = RATE_HZ, first
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    path.write_bytes(pipe.written)
    with av.open(str(path)) as container:
        assert container.duration is None
        assert container.streams.audio[0].duration is None
    assert_from(read(tmp_path), 3.0, 2.0)
