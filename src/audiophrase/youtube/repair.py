"""A log that was damaged is made whole again: what nobody logged is set aside, and told."""

import os
from pathlib import Path

from audiophrase.youtube import log_lines
from audiophrase.youtube.lock import Tell
from audiophrase.youtube.log_lines import LOG, Line

DAMAGED = f"{LOG}.damaged"


def repair(folder: Path, tell: Tell) -> list[Line]:
    """The lines of a log that is whole from now on. Needs the lock. Raises OSError."""
    path = Path(folder) / LOG
    log = log_lines.read(path)
    if log.damaged:
        set_aside(folder, log.damaged, path, tell)
    if log.damaged or not _ends(path):
        if log.damaged or log.n_whole == path.stat().st_size:  # an editor took the last line's end
            log_lines.replace_file(path, b"".join(map(log_lines.encode, log.lines)))
        else:
            os.truncate(path, log.n_whole)  # its writer was killed
    return log.lines


def _ends(path: Path) -> bool:
    """Whether the last line has an end; also true of a log that is empty, or not there."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            return not size or os.pread(file.fileno(), 1, size - 1) == b"\n"
    except FileNotFoundError:
        return True


def set_aside(folder: Path, damaged: list[bytes], path: Path, tell: Tell) -> None:
    """Keep damaged lines where they do no harm; those that are there already, once."""
    aside = Path(folder) / DAMAGED
    content = b"".join(damaged)
    there = aside.read_bytes() if aside.exists() else b""
    if content not in there:
        log_lines.replace_file(aside, there + content)
    lines = "1 line" if len(damaged) == 1 else f"{len(damaged):,} lines"
    tell(
        f"warning: {lines} of {path} could not be read and {'was' if len(damaged) == 1 else 'were'} "
        f"set aside in {aside}; what they told of is asked for again, where nothing else tells it"
    )
