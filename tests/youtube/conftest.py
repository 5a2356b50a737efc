"""A YouTube of one's own, started once for each worker, and a client that asks it."""

from pathlib import Path

import pytest
from fakeyoutube import FakeYoutube
from youtube_project import YoutubeProject

from audiophrase.youtube.client import Client

TIMEOUT_S = 2.0


@pytest.fixture(scope="session")
def media_folder(session_folder) -> Path:
    """Where the recordings lie; shared by all workers of a session."""
    return session_folder / "fakeyoutube"


@pytest.fixture(scope="session")
def running_fake(media_folder):
    with FakeYoutube(media=media_folder) as fake:
        yield fake


@pytest.fixture
def fake(running_fake, monkeypatch):
    """The server with nothing counted and every video alive, named in the environment."""
    running_fake.reset()
    for name, value in running_fake.environment.items():
        monkeypatch.setenv(name, value)
    return running_fake


@pytest.fixture
def client(fake):
    """Without JavaScript, which would have to be started; `test_client.py` has a test with it."""
    client = Client(timeout_s=TIMEOUT_S, javascript=False)
    yield client
    client.close()


@pytest.fixture
def project(fake, tmp_path, monkeypatch):
    """An empty working folder for a data set whose clips come from the server."""
    for name in ("AUDIOPHRASE_COOKIES", "https_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return YoutubeProject(tmp_path, fake)
