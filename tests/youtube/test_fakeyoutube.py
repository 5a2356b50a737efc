"""The YouTube of one's own, as a process: steered, counted, and gone with whoever started it."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakeyoutube import RemoteFake

from audiophrase.youtube.client import Client, Fetched, Video
from audiophrase.youtube.evidence import Evidence

ID = "-_aBcDeFg0-"


def test_it_is_steered_and_counts_from_another_process(media_folder, tmp_path, monkeypatch):
    with RemoteFake(media=media_folder, state=tmp_path / "state.json") as fake:
        for name, value in fake.environment.items():
            monkeypatch.setenv(name, value)
        client = Client(timeout_s=5, javascript=False)
        cut = client.fetch(client.resolve(ID), 3, 13)
        assert isinstance(cut, Fetched)
        counts = fake.state()["counts"][ID]
        assert counts == {"page": 1, "player": 1, "media": counts["media"], "bytes": cut.n_bytes}
        fake.configure({ID: "removed"})
        assert client.resolve(ID).answers[0].status == "ERROR"
        fake.configure({ID: "ok"}, reachable=False)
        assert client.resolve(ID).answers == ()
        fake.reset()
        assert fake.state()["counts"] == {}
        assert isinstance(client.resolve(ID), Video)
    assert isinstance(client.resolve(ID), Evidence)
    client.close()


def test_a_scenario_that_does_not_exist_is_refused(fake):
    with pytest.raises(ValueError, match="no such scenarios"):
        fake.configure({ID: "sunny"})


def test_it_ends_when_its_starter_is_killed(media_folder, tmp_path):
    code = (
        "import sys; from pathlib import Path; from fakeyoutube import RemoteFake\n"
        "with RemoteFake(media=Path(sys.argv[1]), state=Path(sys.argv[2])) as fake:\n"
        "    print(fake._process.pid, flush=True)\n"
        "    sys.stdin.read()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code, str(media_folder), str(tmp_path / "state.json")],
        cwd=Path(__file__).parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(starter.stdout.readline())
    starter.kill()
    starter.wait()
    ends = time.monotonic() + 20
    while Path(f"/proc/{pid}").exists() and "Z" not in _state(pid):
        assert time.monotonic() < ends
        time.sleep(0.05)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"
