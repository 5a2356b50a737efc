"""A retrieval that finds another at work: what it tells, before it waits and after."""

from pathlib import Path

from youtube_project import youtube_id

from audiophrase.clips.mixture import Sources
from audiophrase.clips.parameters import RunParams
from audiophrase.youtube import engine
from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.lock import Busy


def test_what_lies_in_the_folder_is_told_once(project, monkeypatch, capsys):
    project.set_up([(youtube_id(index), 3) for index in range(3)])
    Path("mine").mkdir()
    Path("mine", f"{youtube_id(0)}_3.000_13.000.wav").touch()
    opened = []

    def busy_at_first(*arguments, **keywords):
        opened.append(keywords.get("wait", False))
        if not opened[-1]:
            raise Busy("another process is at it", "wait")
        return Ledger(*arguments, **keywords)

    monkeypatch.setattr(engine, "Ledger", busy_at_first)
    monkeypatch.setattr(engine, "_work", lambda *_: None)
    sources = Sources.of(("local", "youtube"), "mine")
    params = RunParams(**{**dict.fromkeys(RunParams.__dataclass_fields__, 1), "canaries": []})
    engine.fetch(engine.Places.of("yt"), params, recheck=False, sources=sources)
    assert opened == [False, True]
    said = capsys.readouterr().err.splitlines()
    assert [line for line in said if "mine" in line] == ["1 of 3 clips in mine: not asked for"]
    assert ["to try:" in line for line in said].count(True) == 1
