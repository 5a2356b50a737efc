"""A YouTube of one's own: the pages, players and media that yt-dlp asks for, on loopback.

In a test: `with FakeYoutube(media=folder) as fake: …`, with `fake.environment` in the environment.
As a process: `python -m fakeyoutube --help` (from `tests/`), steered by `RemoteFake`.
"""

from fakeyoutube.remote import RemoteFake
from fakeyoutube.scenarios import SCENARIOS
from fakeyoutube.server import FakeYoutube

__all__ = ["SCENARIOS", "FakeYoutube", "RemoteFake"]
