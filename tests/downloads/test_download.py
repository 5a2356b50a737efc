"""Downloads over real HTTP on loopback: resumed, retried, bounded, and never another file."""

import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme
import yaml
from click.testing import CliRunner

from audiophrase.commands.download import download as download_command
from audiophrase.downloads import transfer
from audiophrase.downloads.pinned import HANDED_OVER, Pinned, fetch_all
from audiophrase.errors import DownloadError
from audiophrase.splits import SPLITS

ROOT = Path(__file__).parents[2]
CONTENT = bytes(range(256)) * 4096  # 1 MiB
SHA256 = hashlib.sha256(CONTENT).hexdigest()
CHUNK = transfer.CHUNK_BYTES


class Server(ThreadingHTTPServer):
    """Serves CONTENT under any path; how it misbehaves is set by its attributes."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content, self.has_ranges, self.has_length = CONTENT, True, True
        self.statuses: list[int] = []  # answered first, in turn
        self.retry_after: str | None = None
        self.break_after: list[int] = []  # bytes of the body after which it hangs up, in turn
        self.asked: list[str | None] = []  # the Range header of each request

    def url(self, name="train.json"):
        return f"http://127.0.0.1:{self.server_port}/data/{name}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        asked = self.headers.get("Range")
        server.asked.append(asked)
        if server.statuses:
            self.send_response(server.statuses.pop(0))
            if server.retry_after:
                self.send_header("Retry-After", server.retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start = int(re.fullmatch(r"bytes=(\d+)-", asked)[1]) if asked and server.has_ranges else 0
        total = len(server.content)
        if start and start >= total:
            self.send_error(416)
            return
        body = server.content[start:]
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{total - 1}/{total}")
        if server.has_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if server.break_after:
            body = body[: server.break_after.pop(0)]
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    server = Server()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def no_copies(monkeypatch):
    monkeypatch.delenv(HANDED_OVER, raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(transfer.os, "fsync", lambda _: None)  # a busy disk takes seconds


def pinned(server, **changed):
    known = {
        "what": "train.json of somewhere",
        "url": server.url(),
        "algorithm": "sha256",
        "digest": SHA256,
        "max_bytes": 2 * len(CONTENT),
    }
    return Pinned(**{**known, **changed})


def fetch(file, cache):
    """What was fetched, and the pauses between tries."""
    pauses: list[float] = []
    [path] = fetch_all([file], cache=cache, sleep=pauses.append)
    return path.read_bytes(), pauses


def test_a_file_is_fetched_once(server, tmp_path):
    for _ in range(2):
        assert fetch(pinned(server), tmp_path) == (CONTENT, [])
    assert server.asked == [None]
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{SHA256[:12]}-train.json", f".{SHA256[:12]}-train.json.lock"}


def test_md5_serves_as_well(server, tmp_path):
    md5 = hashlib.md5(CONTENT).hexdigest()
    assert fetch(pinned(server, algorithm="md5", digest=md5), tmp_path)[0] == CONTENT


def test_a_truncated_download_goes_on_where_it_broke_off(server, tmp_path):
    server.break_after = [10 * CHUNK, 20 * CHUNK]
    content, pauses = fetch(pinned(server), tmp_path)
    assert content == CONTENT
    assert server.asked == [None, f"bytes={10 * CHUNK}-", f"bytes={30 * CHUNK}-"]
    assert pauses == [1.0, 1.0]  # each brought something, so patience starts again


def test_what_an_earlier_run_left_is_kept(server, tmp_path):
    (tmp_path / f".{SHA256[:12]}-train.json.partial").write_bytes(CONTENT[:1000])
    assert fetch(pinned(server), tmp_path)[0] == CONTENT
    assert server.asked == ["bytes=1000-"]


@pytest.mark.parametrize("left", [b"x" * 1000, CONTENT + b"x", b"x" * len(CONTENT)])
def test_what_an_earlier_run_left_damaged_is_fetched_from_the_start(server, tmp_path, left):
    (tmp_path / f".{SHA256[:12]}-train.json.partial").write_bytes(left)
    assert fetch(pinned(server), tmp_path)[0] == CONTENT
    assert server.asked == [f"bytes={len(left)}-", None]


def test_a_server_without_ranges_sends_the_whole(server, tmp_path):
    server.has_ranges, server.break_after = False, [10 * CHUNK]
    assert fetch(pinned(server), tmp_path)[0] == CONTENT
    assert server.asked == [None, f"bytes={10 * CHUNK}-"]


def test_a_server_that_tells_no_length_is_judged_by_the_digest(server, tmp_path):
    server.has_length = False
    assert fetch(pinned(server), tmp_path)[0] == CONTENT


def test_a_busy_server_is_asked_again_after_growing_pauses(server, tmp_path):
    server.statuses = [503, 429, 500]
    assert fetch(pinned(server), tmp_path) == (CONTENT, [1.0, 2.0, 4.0])


def test_the_pause_that_a_server_asks_for_is_kept_within_bounds(server, tmp_path):
    server.statuses, server.retry_after = [429], "7"
    assert fetch(pinned(server), tmp_path)[1] == [7.0]
    server.statuses, server.retry_after = [503], "999999"
    assert fetch(pinned(server), tmp_path / "other")[1] == [60.0]


@pytest.mark.parametrize("value", ["\u00b2", "9" * 5000, "-1", "soon"])
def test_headers_that_are_no_numbers_count_as_absent(server, tmp_path, value):
    server.statuses, server.retry_after = [503], value
    assert fetch(pinned(server), tmp_path) == (CONTENT, [1.0])


def test_certificates_that_are_not_there_are_named(server, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "absent.pem"))
    with pytest.raises(DownloadError, match=r"SSL_CERT_FILE names .*absent\.pem, which is not"):
        fetch(pinned(server), tmp_path)


def test_a_server_that_stays_busy_is_given_up(server, tmp_path):
    server.statuses = [503] * 100
    with pytest.raises(DownloadError, match="answered HTTP 503"):
        fetch(pinned(server), tmp_path)
    assert len(server.asked) == transfer.TRIES


@pytest.mark.parametrize("has_ranges", [True, False])
def test_a_server_that_keeps_breaking_off_is_given_up(server, tmp_path, has_ranges):
    server.has_ranges = has_ranges
    server.break_after = [5000, *[0 if has_ranges else 5000] * 50]
    with pytest.raises(DownloadError, match="IncompleteRead"):
        fetch(pinned(server), tmp_path)
    assert len(server.asked) <= transfer.TRIES + 1


def test_a_missing_page_is_not_asked_for_twice(server, tmp_path):
    server.statuses = [404]
    with pytest.raises(DownloadError, match=r"127\.0\.0\.1 answered HTTP 404"):
        fetch(pinned(server), tmp_path)
    assert len(server.asked) == 1


def test_another_file_than_the_pinned_one_is_thrown_away(server, tmp_path):
    server.content = b"something else"
    with pytest.raises(DownloadError) as refusal:
        fetch(pinned(server), tmp_path)
    assert hashlib.sha256(b"something else").hexdigest() in str(refusal.value)
    assert SHA256 in str(refusal.value)
    assert {path.suffix for path in tmp_path.iterdir()} == {".lock"}


@pytest.mark.parametrize("has_length", [True, False])
def test_a_file_larger_than_expected_is_not_written_out(server, tmp_path, has_length):
    server.has_length = has_length
    with pytest.raises(DownloadError, match="more than the 300,000"):
        fetch(pinned(server, max_bytes=300_000), tmp_path)
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 300_000


def test_no_room_on_the_disk_is_told_before_the_disk_is_full(server, tmp_path, monkeypatch):
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(transfer.shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DownloadError, match="1,000 are free here"):
        fetch(pinned(server), tmp_path)


def test_a_damaged_file_of_the_cache_is_fetched_anew(server, tmp_path, capsys):
    (tmp_path / f"{SHA256[:12]}-train.json").write_bytes(CONTENT[:-1])
    assert fetch(pinned(server), tmp_path)[0] == CONTENT
    assert "is damaged" in capsys.readouterr().err


def test_a_copy_handed_over_needs_no_network(server, tmp_path, monkeypatch):
    (tmp_path / "train.json").write_bytes(CONTENT)
    monkeypatch.setenv(HANDED_OVER, str(tmp_path))
    assert fetch(pinned(server), tmp_path / "cache")[0] == CONTENT
    assert server.asked == []
    assert not (tmp_path / "cache").exists()


def test_a_copy_that_is_another_file_is_named(server, tmp_path, monkeypatch):
    (tmp_path / "train.json").write_bytes(b"mine")
    monkeypatch.setenv(HANDED_OVER, str(tmp_path))
    with pytest.raises(
        DownloadError, match=r"train\.json is not train\.json of somewhere: its sha"
    ):
        fetch(pinned(server), tmp_path / "cache")
    assert (tmp_path / "train.json").read_bytes() == b"mine"


@pytest.fixture
def closed_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        yield listening.getsockname()[1]  # bound, but nobody listens


def test_offline_all_that_is_missing_is_told_within_seconds(server, tmp_path, closed_port):
    url = f"http://127.0.0.1:{closed_port}/"
    have = pinned(server)
    fetch(have, tmp_path)
    files = [
        have,
        pinned(server, what="val.json", url=f"{url}val.json", digest="1" * 64),
        pinned(server, what="vectors", url=f"{url}v.gz", algorithm="md5", digest="2" * 32),
    ]
    began = time.monotonic()
    with pytest.raises(DownloadError) as refusal:
        fetch_all(files, cache=tmp_path)
    assert time.monotonic() - began < 5
    told = str(refusal.value)
    assert "refused" in told
    assert f"val.json: {url}val.json" in told
    assert f"vectors: {url}v.gz" in told
    assert have.what not in told
    assert HANDED_OVER in told


def test_the_proxy_of_the_environment_is_used(server, tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url(""))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    file = pinned(server, url="http://nowhere.invalid/train.json")
    assert fetch(file, tmp_path)[0] == CONTENT


def test_certificates_of_ssl_cert_file_are_trusted_and_no_others(server, tmp_path, monkeypatch):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    file = pinned(server, url=server.url().replace("http:", "https:"))
    with pytest.raises(DownloadError, match=r"certificate of 127\.0\.0\.1 is not trusted"):
        fetch(file, tmp_path)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert fetch(file, tmp_path)[0] == CONTENT


def test_all_that_a_data_set_has_pinned_is_fetched_by_one_command(server, tmp_path, monkeypatch):
    md5 = hashlib.md5(CONTENT).hexdigest()
    entry = {
        "title": "All from the network",
        "clips": "local",
        "shards": {"train": 1, "val": 1, "test": 1},
        "annotations": {
            "source": "audiogrounding",
            "audiogrounding": {
                "url": server.url("{split}.json"),
                "sha256": dict.fromkeys(SPLITS, SHA256),
            },
        },
        "retrieve": {"folder": str(tmp_path)},
        "text": {
            "vectors": "google-news",
            "google_news": {"url": server.url("vectors.gz"), "md5": md5},
        },
    }
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.safe_dump({"datasets": {"mine": entry}}))
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    arguments = ["--configfile", str(overlay)]
    for n_asked in (4, 4):  # the second time nothing is asked for
        done = CliRunner().invoke(download_command, ["mine", *arguments])
        assert done.exit_code == 0, done.output
        assert len(server.asked) == n_asked
    cached = {path.name for path in (tmp_path / "cache/downloads").glob("[!.]*")}
    assert cached == {*(f"{SHA256[:12]}-{s}.json" for s in SPLITS), f"{md5[:12]}-vectors.gz"}
    done = CliRunner().invoke(download_command, ["demo", *arguments])
    assert "needs nothing" in done.output


def test_two_processes_download_a_file_once(server, tmp_path):
    code = (
        "import sys; from pathlib import Path; from audiophrase.downloads.pinned import *\n"
        f"file = Pinned('it', {server.url()!r}, {len(CONTENT)}, 'sha256', {SHA256!r})\n"
        f"print(fetch_all([file], cache=Path({str(tmp_path)!r})))"
    )
    environment = {key: value for key, value in os.environ.items() if "proxy" not in key.lower()}
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert [process.wait(60) for process in running] == [0, 0, 0]
    assert len(server.asked) == 1
