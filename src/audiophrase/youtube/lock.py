"""The lock: one process at a time asks YouTube and writes the log, whichever data set it is for."""

import fcntl
import json
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from audiophrase.errors import AudiophraseError

POLL_S = 0.5
Tell = Callable[[str], Any]


def tell_user(text: str) -> None:
    click.echo(text, err=True)


class Busy(AudiophraseError):
    """Another process is at it."""


class Lock:
    """A file that is locked while this process lives, at most; it says who holds it."""

    def __init__(
        self,
        path: Path,
        who: str,
        *,
        wait: bool,
        tell: Tell = tell_user,
        sleep: Callable[[float], Any] = time.sleep,
    ) -> None:
        """Take the lock.

        Args:
            who: what it is taken for, such as a data set; others are told.
            wait: whether to wait for another process, saying so, or to give up.

        Raises:
            Busy: another process has it.
        """
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        announced = None
        try:
            while not self._try():
                holder = _holder(self._fd)
                if not wait:
                    raise Busy(
                        f"{holder} is asking YouTube, and writes into {path.parent}",
                        "wait until it ends: two at once would be twice as fast as YouTube allows",
                    )
                if holder != announced:
                    tell(f"waiting for {holder} to end: YouTube is asked by one at a time")
                    announced = holder
                sleep(POLL_S)
            note = {"pid": os.getpid(), "dataset": who, "since": f"{datetime.now(UTC):%F %H:%M:%S}"}
            self._write(json.dumps(note).encode())
        except BaseException:
            os.close(self._fd)
            raise

    def release(self) -> None:
        self._write(b"")
        os.close(self._fd)

    def _try(self) -> bool:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _write(self, note: bytes) -> None:
        try:
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, note, 0)
        except OSError:  # a full disk: the lock holds all the same
            pass


def _holder(fd: int) -> str:
    try:
        note = json.loads(os.pread(fd, 1000, 0))
        pid, dataset, since = int(note["pid"]), str(note["dataset"]), str(note["since"])
    except (ValueError, TypeError, KeyError):
        return "another process"
    what = f" for '{dataset}'" if dataset else ""
    return f"another process (pid {pid}{what}, since {since} UTC)"
