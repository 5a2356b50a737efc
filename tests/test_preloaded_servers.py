"""A server that all workers share outlives whoever asks it, and leaves nothing when the session ends."""

import contextlib
import json
import os
import signal
import socket
import time
from pathlib import Path

import preloaded
import pytest


@pytest.fixture
def server(tmp_path):
    """One that has imported nothing, its address, and the folder that is its own."""
    folder = tmp_path / "own"
    folder.mkdir()
    address = str(folder / "s.socket")
    process = preloaded._start(address, (), str(folder / "python"))
    yield process, address, folder
    with contextlib.suppress(ValueError):
        process.stdin.close()
    process.wait()


def ask(address, folder, code):
    """A connection that has asked for a module with this code, as the stand-in does."""
    (folder / "asked.py").write_text(code)
    asker = socket.socket(socket.AF_UNIX)
    asker.connect(address)
    request = {"module": "asked", "arguments": [], "folder": str(folder), "environment": {}}
    content = json.dumps(request).encode()
    with open(os.devnull, "r+b") as nothing:
        socket.send_fds(asker, [len(content).to_bytes(4, "big")], [nothing.fileno()] * 3)
    asker.sendall(content)
    return asker


WAITS = """
import os, time
def wait_for(started, go):
    with open(started, "w") as file:
        print(os.getpid(), file=file)
    while not os.path.exists(go):
        time.sleep(0.01)
"""


def first_line(path):
    while not (path.exists() and path.read_text().endswith("\n")):
        time.sleep(0.01)
    return int(path.read_text())


def answer(asker):
    return asker.makefile().read()


def test_who_asks_may_be_killed_at_any_moment(server, tmp_path):
    process, address, _ = server
    process.send_signal(signal.SIGSTOP)  # so that all of this has come before it looks
    cut_off = [socket.socket(socket.AF_UNIX) for _ in range(2)]
    for asker in cut_off:
        asker.connect(address)
    cut_off[0].close()
    cut_off[1].sendall((10**6).to_bytes(4, "big") + b"{")
    cut_off[1].close()
    ask(address, tmp_path, "").close()
    process.send_signal(signal.SIGCONT)
    ask(address, tmp_path, "").close()
    assert answer(ask(address, tmp_path, "raise SystemExit(3)")) == "3"


def test_who_asks_may_end_with_the_command(server, tmp_path):
    process, address, _ = server
    started, go = tmp_path / "started", tmp_path / "go"
    asker = ask(address, tmp_path, f"{WAITS}\nwait_for({str(started)!r}, {str(go)!r})")
    pid = first_line(started)
    process.send_signal(signal.SIGSTOP)  # so that it sees both at once
    go.touch()
    while " Z " not in Path(f"/proc/{pid}/stat").read_text():
        time.sleep(0.01)
    asker.close()
    process.send_signal(signal.SIGCONT)
    assert answer(ask(address, tmp_path, "raise SystemExit(3)")) == "3"


def test_the_end_of_a_session_ends_its_commands_and_leaves_no_folder(server, tmp_path):
    process, address, folder = server
    started = tmp_path / "started"
    asker = ask(address, tmp_path, f"{WAITS}\nwait_for({str(started)!r}, 'never')")
    pid = first_line(started)
    process.stdin.close()
    assert process.wait() == 0
    assert answer(asker) == ""
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
