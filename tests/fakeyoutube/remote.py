"""The server in a process of its own, so that a client can be killed and nothing is shared."""

import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Self

_TESTS = Path(__file__).parents[1]


class RemoteFake:
    """Starts `python -m fakeyoutube`, steers it and ends it; `environment` as of `FakeYoutube`."""

    def __init__(self, *, media: Path, state: Path, **settings: Any) -> None:
        self._media, self._state, self._settings = Path(media), Path(state), settings
        self.environment: dict[str, str] = {}

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "fakeyoutube", "--media", str(self._media)]
        command += ["--state", str(self._state), "--until-eof"]
        self._state.unlink(missing_ok=True)
        self._process = subprocess.Popen(command, cwd=_TESTS, stdin=subprocess.PIPE)
        ends = time.monotonic() + 60
        while not self._state.exists():
            if self._process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError("the fake YouTube did not start")
            time.sleep(0.02)
        started = json.loads(self._state.read_text())
        self.port, self.environment = started["port"], started["environment"]
        if self._settings:
            self.configure(**self._settings)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        self._process.wait()

    def configure(self, videos: dict[str, str] | None = None, **settings: Any) -> None:
        """As `FakeYoutube.configure`."""
        self._ask("/configure", {"videos": videos or {}, **settings})

    def reset(self) -> None:
        """As `FakeYoutube.reset`."""
        self._ask("/reset", {})

    def state(self) -> dict[str, Any]:
        """As `FakeYoutube.state`."""
        return self._ask("/state", None)

    def _ask(self, path: str, value: dict[str, Any] | None) -> dict[str, Any]:
        data = None if value is None else json.dumps(value).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}{path}", data, timeout=10) as answer:
            return json.load(answer)
