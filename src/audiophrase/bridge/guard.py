"""Who is at work in this folder: Snakemake's stale locks are cleared, live runs are waited for.

Snakemake notes the files of a run under .snakemake/locks and takes the notes away at its end. A run
that is killed leaves them, and every later one is refused. An operating system's lock cannot go
stale: it ends with the process that holds it. So every run holds one, shared; a run that finds that
nobody else does knows that all notes are stale.
"""

import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from audiophrase.errors import AudiophraseError

FOLDER = Path(".snakemake")
NAME = "audiophrase.guard"
HELD_BY_PARENT = "AUDIOPHRASE_GUARD"
_held: list[IO] = []  # open until the process ends: closing would give the lock back


def enter() -> None:
    """Called by every run of Snakemake before anything else; clears stale locks.

    Where the file system has no locks nothing is cleared: `snakemake --unlock` is for the user.
    """
    if _held or HELD_BY_PARENT in os.environ:
        return
    try:
        file = _open()
        if _try(file, fcntl.LOCK_EX):
            shutil.rmtree(FOLDER / "locks", ignore_errors=True)
            (FOLDER / "locks").mkdir(exist_ok=True)
        elif not _try(file, fcntl.LOCK_SH):
            print("waiting for another audiophrase command in this folder …", file=sys.stderr)
        fcntl.flock(file, fcntl.LOCK_SH)
    except OSError:
        return  # no locks here, or a folder that cannot be written: Snakemake says so itself
    _held.append(file)


def join() -> None:
    """Called by every job: a run that was killed counts as alive until its last job has ended."""
    with suppress(OSError):
        file = (FOLDER / NAME).open("r")
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        _held.append(file)


@contextmanager
def exclusive() -> Iterator[None]:
    """For as long as the block lasts, no run of Snakemake is at work here but one's own.

    Raises:
        AudiophraseError: one is.
    """
    file = _open()
    try:
        alone = _try(file, fcntl.LOCK_EX)
    except OSError:
        alone = True  # no locks here: as careful as Snakemake itself
    if not alone:
        file.close()
        raise AudiophraseError(
            "Snakemake, a job of a run that was killed, or another audiophrase command is at work "
            "in this folder",
            "wait until it ends, then run this again",
        )
    _held.append(file)
    os.environ[HELD_BY_PARENT] = "1"  # for the Snakemake that `adopt` calls
    try:
        yield
    finally:
        del os.environ[HELD_BY_PARENT]
        _held.remove(file)
        file.close()


def _open() -> IO:
    FOLDER.mkdir(exist_ok=True)
    # NFS lets nobody lock for reading what cannot be read.
    return (FOLDER / NAME).open("a+")


def _try(file: IO, kind: int) -> bool:
    """Whether the lock could be had at once. Raises OSError where there are no locks."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True
