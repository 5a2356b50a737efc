"""Which folders are taken over, and that nothing of anybody else's is read, written or removed."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audiophrase.clips.parameters import RunParams
from audiophrase.errors import AudiophraseError
from audiophrase.youtube import engine
from audiophrase.youtube.ledger import Ledger, read_log
from audiophrase.youtube.section_files import earlier_folders

START = datetime(2026, 1, 1, tzinfo=UTC)
CLIP = "YAAAAAAAAAAA_0_10000"


def made(folder: Path) -> Path:
    with Ledger(folder, "earlier") as ledger:
        ledger.publish(CLIP, b"flac", START, {"state": "ok"})
    return folder


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("name", ["ledger", "youtube", "cache", "cache/ledger", "x/youtube"])
def test_a_folder_that_is_not_the_shared_cache_takes_nothing_over(tmp_path, name):
    folder = tmp_path / name
    beside = made(folder.parent / "neighbour" / "youtube")
    before = contents(beside)
    assert earlier_folders(folder) == []
    with Ledger(folder, "new") as ledger:
        assert ledger.rows() == read_log(folder) == []
    assert contents(beside) == before


def test_the_shared_cache_is_known_by_a_relative_path_too(tmp_path, monkeypatch):
    old = made(tmp_path / "cache" / "one" / "youtube")
    monkeypatch.chdir(tmp_path / "cache")
    assert [path.resolve() for path in earlier_folders(Path("youtube"))] == [old]


FOREIGN = {
    "empty": {},
    "a film": {"film.mkv": b"film"},
    "no sections of ours": {"sections/film.flac": b"film", "sections/.film.partial": b"half"},
    "a log of another program": {"attempts.jsonl": b'{"user": "x"}\nlogged in\n', "lock": b"7"},
    "an empty log": {"attempts.jsonl": b""},
}


@pytest.mark.parametrize("files", FOREIGN.values(), ids=FOREIGN)
def test_a_folder_that_holds_nothing_of_ours_stays_as_it_is(tmp_path, capsys, files):
    foreign = tmp_path / "cache" / "other" / "youtube"
    foreign.mkdir(parents=True)
    for name, content in files.items():
        (foreign / name).parent.mkdir(exist_ok=True)
        (foreign / name).write_bytes(content)
    before = contents(foreign)
    shared = tmp_path / "cache" / "youtube"
    for run in ("new", "newer"):
        assert read_log(shared) == []
        with Ledger(shared, run):
            pass
        assert contents(foreign) == before
    assert foreign.exists()
    assert capsys.readouterr().err == ""
    assert not (shared / "attempts.jsonl.damaged").exists()


def test_of_a_folder_of_ours_only_what_is_ours_goes(tmp_path):
    old = made(tmp_path / "cache" / "one" / "youtube")
    theirs = {"sections/film.flac": b"film", "sections/.film.partial": b"half"}
    for name, content in theirs.items():
        (old / name).write_bytes(content)
    (old / "sections" / f".{CLIP}.flac.partial").write_bytes(b"ours")
    with Ledger(tmp_path / "cache" / "youtube", "new"):
        pass
    assert {name: content for name, content in contents(old).items() if content} == theirs


def test_of_several_folders_the_one_that_cannot_be_written_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    old = made(Path("cache") / "one" / "youtube")
    places = engine.Places.of("yt")
    clip = {"clip_id": CLIP, "youtube_id": CLIP[1:12], "start_s": 0.0, "end_s": 10.0}
    clip |= {"filename": "A.wav", "split": "train"}
    monkeypatch.setattr(engine, "_clips", lambda _: [clip])
    (old / "sections" / f"{CLIP}.flac").unlink()
    refused = old / "lock"
    whole = os.open

    def refusing(path, *arguments, **keywords):
        if Path(path) == refused:
            raise PermissionError(13, "Permission denied", str(path))
        return whole(path, *arguments, **keywords)

    monkeypatch.setattr(os, "open", refusing)
    params = RunParams(
        **{name: 1 for name in RunParams.__dataclass_fields__} | {"canaries": ["jNQXAC9IVRw"]}
    )
    with pytest.raises(AudiophraseError) as refusal:
        engine.fetch(places, params, recheck=False)
    assert f"nothing can be written into {old}: Permission denied" in refusal.value.problem
    assert refusal.value.remedy == f"make {old} writable for you"
