"""The index of recordings: what it keeps, what it makes again, and what a crash leaves."""

import numpy as np
import pytest

from audiophrase.errors import AudiophraseError
from audiophrase.inference.samples import AudioError
from audiophrase.sound_index.tables import Outcome, entries, pieces
from audiophrase.sound_index.update import Heard, Sound, update

MODEL = "m" * 64


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "index"


class Ear:
    """In place of a model: frames that say what was heard, and how often it listened."""

    def __init__(self):
        self.heard = []

    def __call__(self, content):
        self.heard.append(content)
        if content == b"bad":
            raise AudioError("it is no audio", "none")
        values = np.frombuffer(content, np.uint8).astype(np.float32)
        parts = [values[:1].repeat(2)[None], values[-1:].repeat(2)[None].repeat(3, axis=0)]
        return Heard(iter(parts), lambda: Outcome(0.5, 2.0, "silent" if content == b"s" else None))


def sounds(**contents):
    return [
        Sound(name, str(hash(content)), lambda content=content: content)
        for name, content in contents.items()
    ]


def bring_up(folder, ear, model=MODEL, **contents):
    return update(folder, sounds(**contents), model=model, readers="libsndfile 1", listen=ear)


def read(folder):
    return {
        entry.name: np.concatenate([*pieces(folder, entry), np.zeros((0, 2))]).tolist()
        for entry in entries(folder)
        if entry.outcome.problem is None
    }


def test_frames_are_read_as_they_were_written_piece_by_piece(folder):
    done = bring_up(folder, Ear(), x=b"ab")
    assert (done.n_kept, done.n_made, done.n_dropped) == (0, 1, 0)
    (entry,) = entries(folder)
    assert (entry.name, entry.model, entry.outcome) == ("x", MODEL, Outcome(0.5, 2.0))
    assert [part.shape for part in pieces(folder, entry)] == [(1, 2), (3, 2)]
    assert read(folder) == {"x": [[97, 97], *[[98, 98]] * 3]}


def test_only_what_is_new_or_changed_is_listened_to(folder):
    ear = Ear()
    bring_up(folder, ear, x=b"a", y=b"b")
    done = bring_up(folder, ear, x=b"a", y=b"c", z=b"d")
    assert ear.heard == [b"a", b"b", b"c", b"d"]
    assert (done.n_kept, done.n_made, done.n_dropped) == (1, 2, 0)
    assert {name: rows[0][0] for name, rows in read(folder).items()} == {"x": 97, "y": 99, "z": 100}


def test_what_moved_is_not_listened_to_again_and_what_is_gone_drops_out(folder):
    ear = Ear()
    bring_up(folder, ear, x=b"a", y=b"b")
    done = bring_up(folder, ear, moved=b"a")
    assert ear.heard == [b"a", b"b"]
    assert (done.n_kept, done.n_made, done.n_dropped) == (0, 1, 2)
    assert list(read(folder)) == ["moved"]
    assert len(list(folder.glob("*.parquet"))) == 1


def test_another_model_makes_all_of_it_again(folder):
    ear = Ear()
    bring_up(folder, ear, x=b"a")
    bring_up(folder, ear, model="n" * 64, x=b"a")
    assert ear.heard == [b"a", b"a"]
    assert [entry.model for entry in entries(folder)] == ["n" * 64]


def test_why_a_recording_cannot_be_heard_is_kept(folder):
    ear = Ear()
    bring_up(folder, ear, x=b"bad", y=b"s")
    bring_up(folder, ear, x=b"bad", y=b"s")
    assert ear.heard == [b"bad", b"s"]
    problems = {entry.name: entry.outcome.problem for entry in entries(folder)}
    assert problems == {"x": "it is no audio", "y": "silent"}


def test_an_interrupted_update_goes_on_and_leaves_nothing_half_written(folder):
    class Interrupted(Ear):
        def __call__(self, content):
            heard = super().__call__(content)
            if content != b"b":
                return heard

            def broken():
                yield next(iter(heard.pieces))
                raise KeyboardInterrupt

            return Heard(broken(), heard.outcome)

    with pytest.raises(KeyboardInterrupt):
        bring_up(folder, Interrupted(), x=b"a", y=b"b", z=b"c")
    assert list(read(folder)) == ["x"]
    (folder / f".{next(folder.glob('*.parquet')).name}.partial").write_bytes(b"killed")
    ear = Ear()
    bring_up(folder, ear, x=b"a", y=b"b", z=b"c")
    assert ear.heard == [b"b", b"c"]
    assert len(list(folder.glob("*.parquet"))) == 3
    assert not list(folder.glob("*.partial"))


def test_a_damaged_table_is_made_again_or_said(folder):
    ear = Ear()
    bring_up(folder, ear, x=b"ab")
    (path,) = folder.glob("*.parquet")
    (entry,) = entries(folder)
    content, n_refused = path.read_bytes(), 0
    for position in range(4, 100):  # the first pages
        damaged = bytearray(content)
        damaged[position] ^= 1
        path.write_bytes(damaged)
        try:
            assert np.concatenate(list(pieces(folder, entry))).tolist() == [
                [97, 97],
                *[[98, 98]] * 3,
            ]
        except AudiophraseError:
            n_refused += 1
    assert n_refused > 40
    path.write_bytes(content[: len(content) // 2])
    bring_up(folder, ear, x=b"ab")
    assert ear.heard == [b"ab", b"ab"]
    assert read(folder) == {"x": [[97, 97], *[[98, 98]] * 3]}
