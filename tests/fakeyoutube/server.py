"""The server: a proxy that answers CONNECT, ends TLS itself, and is YouTube behind it."""

import asyncio
import itertools
import json
import os
import ssl
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import trustme

from fakeyoutube import answers
from fakeyoutube.http import Drop, Pacer, Reply, Request, go_wrong, read_request
from fakeyoutube.media import send_range
from fakeyoutube.scenarios import SCENARIOS, Scenario
from fakeyoutube.sessions import Sessions
from fakeyoutube.sounds import FORMATS, LENGTHS_S, recording

# The certificate is good for strangers too: that they are not asked is up to the client.
NAMES = (
    *("www.youtube.com", "*.youtube.com", "*.googlevideo.com", "www.google.com"),
    *("media.evil.example", "googlevideo.com.evil.example", "127.0.0.1"),
)
OWN_HOSTS = ("youtube.com", "googlevideo.com", "google.com")
_numbers = itertools.count()  # servers of one process may share a folder


class FakeYoutube:
    """YouTube on loopback, in a thread of this process.

    Attributes:
        port: of the proxy.
        environment: variables with which a client, of this process or another, asks this server.
        sessions: who asked, and what becomes of whom.
        counts: by video: requests of `page`, `next`, `player` and `media`, and `bytes` of media sent.
        strangers: hosts asked for that are no part of YouTube.
        n_sent: bytes of all answers.
        n_connections: made to it.
        cookies: headers of that name, as they came.
    """

    def __init__(self, *, media: Path, port: int = 0, ca_file: Path | None = None) -> None:
        self._media, self.port = Path(media), port
        self._ca_file = ca_file or self._media / f"ca-{os.getpid()}-{next(_numbers)}.pem"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="fakeyoutube", daemon=True)
        self._started = threading.Event()
        self._pacer = Pacer()
        self._videos: dict[str, str] = {}
        self._default = "ok"
        self._n_before_fault: int | None = None
        self._fault: str | None = None
        self._reachable = True
        self.sessions = Sessions()
        self._lines: set[asyncio.Transport] = set()
        self.counts: dict[str, Counter[str]] = {}
        self.strangers: list[str] = []
        self.n_sent = self.n_connections = 0
        self.cookies: list[str] = []

    def __enter__(self) -> Self:
        self._media.mkdir(parents=True, exist_ok=True)
        for name in LENGTHS_S:
            for itag in FORMATS:
                recording(self._media, name, itag)
        self._thread.start()
        self._started.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    @property
    def environment(self) -> dict[str, str]:
        proxy = f"http://127.0.0.1:{self.port}"
        # The small ones are looked at first.
        proxies = {"HTTPS_PROXY": proxy, "https_proxy": proxy, "NO_PROXY": "", "no_proxy": ""}
        return {**proxies, "SSL_CERT_FILE": str(self._ca_file)}

    def configure(
        self,
        videos: Mapping[str, str] | None = None,
        *,
        default: str | None = None,
        n_before_fault: int | None = None,
        fault: str | None = None,
        reachable: bool | None = None,
        rate_bytes_s: float | None = None,
        sessions: Mapping[str, str] | None = None,
    ) -> None:
        """Change what is served, at any time; what is not named stays.

        Args:
            videos: scenario by video id.
            default: scenario of all others.
            n_before_fault: once so many videos were looked up, `fault` (a scenario) becomes of all.
            fault: that scenario; without `n_before_fault`, from now on.
            reachable: False: the network is gone, and connections with it.
            rate_bytes_s: of all answers together; 0: no limit.
            sessions: what becomes of whom, as `Sessions.configure` says.
        """
        self._videos.update(videos or {})
        unknown = {*self._videos.values(), default or "ok", fault or "ok"} - set(SCENARIOS)
        if unknown:
            raise ValueError(f"no such scenarios: {unknown}")
        self._default = default or self._default
        if fault is not None:
            self._fault, self._n_before_fault = fault, n_before_fault or 0
        if reachable is not None:
            self._reachable = reachable
            if not reachable:
                self._loop.call_soon_threadsafe(self._hang_up)
        if rate_bytes_s is not None:
            self._pacer.rate_bytes_s = rate_bytes_s or None
        if sessions is not None:
            self.sessions.configure(sessions)

    def reset(self) -> None:
        """As at the start, with nothing counted."""
        self._videos.clear()
        self.counts.clear()
        self.strangers.clear()
        self.cookies.clear()
        self.sessions.reset()
        self._default, self._fault, self._n_before_fault = "ok", None, None
        self._reachable, self._pacer.rate_bytes_s = True, None
        self.n_sent = self.n_connections = 0

    def state(self) -> dict[str, Any]:
        """What was counted, as JSON can hold it."""
        counts = {video: dict(counter) for video, counter in self.counts.items()}
        return {"counts": counts, "strangers": self.strangers, "n_sent": self.n_sent}

    def scenario_of(self, video_id: str) -> Scenario:
        """What becomes of a video now."""
        if self._fault is not None:
            looked_up = sum(counter["page"] > 0 for counter in self.counts.values())
            if looked_up > self._n_before_fault:
                return SCENARIOS[self._fault]
        return SCENARIOS[self._videos.get(video_id, self._default)]

    def _hang_up(self) -> None:
        for line in list(self._lines):
            line.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self._ca_file)
        self._tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert(*NAMES).configure_cert(self._tls)
        starting = asyncio.start_server(self._connect, "127.0.0.1", self.port, backlog=256)
        server = self._loop.run_until_complete(starting)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        self._loop.run_forever()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        server.close()
        self._loop.run_until_complete(asyncio.sleep(0.01))
        self._loop.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = writer.transport
        try:
            request = await read_request(reader)
            if request is None:
                return
            if request.method != "CONNECT":
                await self._control(request, Reply(writer, line, Pacer()))
                return
            if not self._reachable:
                return
            self._lines.add(line)
            host = request.target.rsplit(":", 1)[0]
            self.n_connections += 1
            if not any(host == own or host.endswith(f".{own}") for own in OWN_HOSTS):
                self.strangers.append(host)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await writer.drain()
            await writer.start_tls(self._tls)
            while self._reachable and (request := await read_request(reader)) is not None:
                reply = Reply(writer, line, self._pacer)
                try:
                    await self._answer(host, request, reply)
                finally:
                    self.n_sent += reply.n_sent
        except (Drop, ConnectionError, ssl.SSLError, asyncio.CancelledError):
            line.abort()
        finally:
            self._lines.discard(line)
            writer.close()

    async def _control(self, request: Request, reply: Reply) -> None:
        """How another process steers this one: GET /state, POST /configure, POST /reset."""
        if request.path == "/configure":
            self.configure(**json.loads(request.body))
        elif request.path == "/reset":
            self.reset()
        await reply.send_json(self.state())

    async def _answer(self, host: str, request: Request, reply: Reply) -> None:
        if host == "www.google.com":
            await reply.send(b"<html>unusual traffic</html>", 429)
            return
        if "cookie" in request.headers:
            self.cookies.append(request.headers["cookie"])
        asked = self._asked(request)
        if asked is None:
            await reply.send(answers.embedded_page())
            return
        what, video_id = asked
        counter = self.counts.setdefault(video_id, Counter())
        counter[what] += 1
        scenario, cookie = self.scenario_of(video_id), {}
        if what != "media":
            visitor, new_cookie = self.sessions.visitor(request)
            self.sessions.n_videos[visitor] += what == "page"
            scenario = self.sessions.scenario(visitor, scenario)
            cookie = {"Set_Cookie": new_cookie} if new_cookie else {}
        fault = getattr(scenario, "player" if what == "next" else what)
        if scenario.n_failures is not None and counter["page"] > scenario.n_failures:
            fault = None
        if what == "media":
            try:
                await send_range(request, reply, scenario, folder=self._media, fault=fault)
            finally:
                counter["bytes"] += reply.n_sent
        elif fault is None or not await go_wrong(fault, request, reply):
            if what == "page":
                await reply.send(answers.page(video_id, scenario), **cookie)
            elif what == "next":
                await reply.send_json({"contents": {"twoColumnWatchNextResults": {}}})
            else:
                client = json.loads(request.body)["context"]["client"]["clientName"]
                said = answers.player(video_id, scenario, client, media=self._media, port=self.port)
                await reply.send_json(said)

    @staticmethod
    def _asked(request: Request) -> tuple[str, str] | None:
        """Page, player, media or what stands in for a page that failed, and of which video."""
        if request.path == "/watch":
            return "page", request.query("v")
        if request.path in ("/youtubei/v1/player", "/youtubei/v1/next"):
            asked = json.loads(request.body or b"{}")
            name = request.path.rsplit("/", 1)[1]
            return name, asked.get("videoId") or request.query("video")
        if request.path == "/videoplayback":
            return "media", request.query("id")
        return None
