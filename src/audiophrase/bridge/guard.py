"""Who is at work in this folder: Snakemake's stale locks are cleared, live runs are waited for.

Snakemake notes the files of a run under .snakemake/locks and takes the notes away at its end. A run
that is killed leaves them, and every later one is refused. An operating system's lock cannot go
stale: it ends with the process that holds it. So every run holds one, shared; a run that finds that
nobody else does knows that all notes are stale.
"""

import errno
import fcntl
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from audiophrase.errors import AudiophraseError

FOLDER = Path(".snakemake")
_held: list[IO] = []  # open until the process ends: closing would give the lock back


def enter() -> None:
    """Called by every run of Snakemake before anything else; clears stale locks.

    Where the file system has no locks nothing happens, and `snakemake --unlock` is for the user.
    """
    if _held:
        return
    try:
        file = _open()
    except OSError:
        return  # a folder that cannot be written: Snakemake says so itself
    if _try(file, fcntl.LOCK_EX):
        shutil.rmtree(FOLDER / "locks", ignore_errors=True)
        (FOLDER / "locks").mkdir(exist_ok=True)
    elif not _try(file, fcntl.LOCK_SH):
        print("waiting for another audiophrase command in this folder …", file=sys.stderr)
    _try(file, fcntl.LOCK_SH, wait=True)
    _held.append(file)


@contextmanager
def exclusive() -> Iterator[None]:
    """For as long as the block lasts, no run of Snakemake is at work here.

    Raises:
        AudiophraseError: one is.
    """
    FOLDER.mkdir(exist_ok=True)
    file = _open()
    if not _try(file, fcntl.LOCK_EX):
        file.close()
        raise AudiophraseError(
            "Snakemake, or another audiophrase command, is at work in this folder",
            "wait until it ends, then run this again",
        )
    _held.append(file)
    try:
        yield
    finally:
        _held.remove(file)
        file.close()


def _open() -> IO:
    FOLDER.mkdir(exist_ok=True)
    return (FOLDER / "audiophrase.guard").open("a")


def _try(file: IO, kind: int, *, wait: bool = False) -> bool:
    try:
        fcntl.flock(file, kind if wait else kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        return kind == fcntl.LOCK_SH  # no locks here: go on without
    return True
