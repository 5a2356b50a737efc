from collections import namedtuple
from datetime import date
from importlib.metadata import PackageNotFoundError, version

import pytest

from audiophrase.youtube import preflight
from audiophrase.youtube.preflight import SetupError, check, tool_versions, warn_of_age


def test_an_old_ytdlp_is_told_with_its_age():
    assert warn_of_age("2026.10.26", date(2026, 12, 25)) is None
    told = warn_of_age("2026.10.26", date(2026, 12, 26))
    assert "61 days old" in told
    assert "make upgrade-ytdlp" in told
    assert warn_of_age("2026.10.26.232828.dev0", date(2027, 12, 26)) is not None
    assert warn_of_age("unknown", date(2026, 12, 26)) is None


def test_all_that_is_missing_is_told_at_once(project, monkeypatch, tmp_path):
    def without_ejs(name):
        if name == "yt-dlp-ejs":
            raise PackageNotFoundError(name)
        return version(name)

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(preflight, "find_deno", lambda: None)
    monkeypatch.setattr(preflight, "version", without_ejs)
    monkeypatch.setattr(preflight.shutil, "disk_usage", lambda _: usage(10**9, 0, 10**9))
    with pytest.raises(SetupError) as raised:
        check(tmp_path, 3 * 10**9, None)
    told = str(raised.value)
    for part in ("deno and yt-dlp-ejs not found", "3.0 GB, but 1.0 GB are free", "upgrade-ytdlp"):
        assert part in told


def test_nothing_is_missing_here_and_nothing_is_asked(project, tmp_path):
    assert check(tmp_path, 10, None) in ([], [warn_of_age(version("yt-dlp"), date.today())])
    assert not project.fake.counts


def test_the_versions_of_all_tools_are_logged():
    for name in ("yt-dlp 2", "yt-dlp-ejs ", "av ", "deno "):
        assert name in tool_versions()


def test_clips_whose_place_in_a_video_is_not_known_are_refused_with_the_remedy():
    timed = {"clip_id": "Ya_0_10000", "start_s": 0.0, "filename": "a_0_10.wav"}
    preflight.require_times([timed])
    whole = {"clip_id": "Yb", "start_s": None, "filename": "Yb.wav"}
    with pytest.raises(
        preflight.SetupError, match=r"1 clip of whole files, such as Yb: "
    ) as refusal:
        preflight.require_times([timed, whole])
    assert "clips to local, and retrieve.folder to the folder of files such as Yb.wav" in str(
        refusal.value
    )
