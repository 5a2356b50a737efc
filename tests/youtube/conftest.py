import pytest
from fakeyoutube import FakeYoutube
from youtube_project import YoutubeProject


@pytest.fixture(scope="session")
def youtube(tmp_path_factory):
    with FakeYoutube(media=tmp_path_factory.mktemp("media")) as server:
        yield server


@pytest.fixture
def project(youtube, tmp_path, monkeypatch):
    youtube.reset()
    for name, value in youtube.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("AUDIOPHRASE_COOKIES", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return YoutubeProject(tmp_path, youtube)
