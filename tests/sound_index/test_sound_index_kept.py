"""What the index of recordings keeps for good, and what is only so for now."""

import fcntl
import os

import numpy as np
import pytest

from audiophrase.errors import ArtifactError, AudiophraseError
from audiophrase.inference.samples import AudioError
from audiophrase.sound_index import update as updates
from audiophrase.sound_index.sounds import of_files
from audiophrase.sound_index.tables import Outcome, entries, pieces
from audiophrase.sound_index.update import Heard, Sound, update


def frames_of(content):
    return Heard([np.float32([[len(content)]])], lambda: Outcome(0.5, 2.0))


def refuse(error):
    def listen(content):
        raise error

    return listen


def bring_up(folder, listen, readers="libsndfile 1", **contents):
    sounds = [Sound(name, str(c), lambda c=c: c) for name, c in contents.items()]
    return update(folder, sounds, model="m", readers=readers, listen=listen)


def problems(done):
    return {entry.name: entry.outcome.problem for entry in done.entries}


def test_what_one_reader_could_not_read_another_tries(tmp_path):
    bring_up(tmp_path, refuse(AudioError("it cannot be read: install PyAV")), x=b"a")
    again = bring_up(tmp_path, refuse(AssertionError("not tried")), x=b"a")
    assert problems(again) == {"x": "it cannot be read: install PyAV"}
    assert problems(bring_up(tmp_path, frames_of, readers="PyAV", x=b"a")) == {"x": None}


def test_a_device_without_memory_is_no_fault_of_the_recording(tmp_path):
    with pytest.raises(AudiophraseError, match="the GPU"):
        bring_up(tmp_path, refuse(AudiophraseError("the GPU has too little memory")), x=b"a")
    assert list(entries(tmp_path)) == []


def test_a_fault_is_not_taken_over_by_a_recording_of_the_same_content(tmp_path):
    bring_up(tmp_path, refuse(AudioError("old cannot be read")), old=b"a")
    done = bring_up(tmp_path, refuse(AudioError("new cannot be read")), new=b"a")
    assert problems(done) == {"new": "new cannot be read"}


def test_an_update_tells_of_its_own_recordings_alone(tmp_path):
    bring_up(tmp_path, frames_of, x=b"a")
    done = bring_up(tmp_path, frames_of, x=b"a", y=b"bb")
    bring_up(tmp_path, frames_of, z=b"c")  # another folder with the same index
    assert list(problems(done)) == ["x", "y"]
    with pytest.raises(ArtifactError, match="another search has just changed the index"):
        list(pieces(tmp_path, done.entries[0]))


def test_whoever_waits_for_another_search_is_told(tmp_path, monkeypatch, capsys):
    asked = []

    def flock(file, kind):
        asked.append(kind)
        if kind & fcntl.LOCK_NB:
            raise BlockingIOError

    monkeypatch.setattr(updates.fcntl, "flock", flock)
    bring_up(tmp_path, frames_of, x=b"a")
    assert asked == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX]
    assert "waiting for another search" in capsys.readouterr().err


def test_names_of_any_bytes_and_what_is_no_file_have_their_place(tmp_path):
    odd = tmp_path / os.fsdecode(b"\xff.wav")
    odd.write_bytes(b"abc")
    (tmp_path / "link.wav").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.wav")  # reading it would wait for a writer
    paths = sorted(tmp_path.glob("*.wav"))
    sounds = of_files(tmp_path, paths)

    def listen(path):
        if not path.is_file():
            raise AudioError("there is no file")
        return frames_of(path.read_bytes())

    done = update(tmp_path / "index", sounds, model="m", readers="r", listen=listen)
    assert problems(done) == {
        "link.wav": "there is no file",
        "pipe.wav": "there is no file",
        os.fsdecode(b"\xff.wav"): None,
    }
    assert {e.name for e in entries(tmp_path / "index")} == set(problems(done))


def test_a_file_that_was_replaced_with_its_size_and_time_kept_is_another(tmp_path):
    path = tmp_path / "x.wav"
    path.write_bytes(b"abc")
    os.utime(path, ns=(1, 1))
    (before,) = of_files(tmp_path, [path])
    (tmp_path / "new").write_bytes(b"abd")
    os.utime(tmp_path / "new", ns=(1, 1))
    (tmp_path / "new").replace(path)
    (after,) = of_files(tmp_path, [path])
    assert before.stamp != after.stamp
