import signal
import subprocess
import sys
import time

import pytest

from audiophrase.youtube.ledger import Ledger
from audiophrase.youtube.lock import Busy, Lock


def test_whoever_waits_is_told_for_whom_and_goes_on_in_the_end(tmp_path):
    first = Lock(tmp_path / "lock", "one", wait=True)
    with pytest.raises(Busy, match=r"pid \d+ for 'one', since 20.* UTC"):
        Lock(tmp_path / "lock", "two", wait=False)
    lines, slept = [], []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            first.release()

    second = Lock(tmp_path / "lock", "two", wait=True, tell=lines.append, sleep=sleep)
    assert len(slept) == 3
    [line] = lines
    assert "for 'one'" in line
    with pytest.raises(Busy, match="for 'two'"):
        Lock(tmp_path / "lock", "three", wait=False)
    second.release()


@pytest.mark.parametrize("note", [b"", b"{", b'{"pid": "x"}', b"[]", b"\xff\xfe"])
def test_a_note_that_nobody_wrote_is_borne(tmp_path, note):
    held = Lock(tmp_path / "lock", "one", wait=True)
    (tmp_path / "lock").write_bytes(note)
    with pytest.raises(Busy, match="another process is asking"):
        Lock(tmp_path / "lock", "two", wait=False)
    held.release()


def test_ctrl_c_ends_the_waiting(tmp_path):
    code = f"""
from pathlib import Path
from audiophrase.youtube.ledger import Ledger
Ledger(Path({str(tmp_path)!r}), "two", wait=True)
"""
    with Ledger(tmp_path, "one", dataset="one"):
        process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True)
        assert "waiting for another process" in process.stderr.readline()
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in process.communicate(timeout=20)[1]
