"""Taking over what data sets had each for itself, `cache/{dataset}/youtube`: no clip is asked for again.

First the log is replaced by one that has the earlier lines too, and names where they are from; then
the sections are moved; then the earlier folder goes. A death in between loses nothing: lines that
are there are not added again, and the rest is moved by the next run.
"""

import errno
import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from audiophrase.youtube import log_lines
from audiophrase.youtube.lock import Lock, Tell
from audiophrase.youtube.log_lines import LOG, Line, Log
from audiophrase.youtube.repair import set_aside
from audiophrase.youtube.section_files import earlier_folders, is_section


@dataclass(frozen=True, slots=True)
class Earlier:
    """The log of one data set, as far as it is yet to be taken over."""

    folder: Path
    log: Log

    @classmethod
    def of(cls, folder: Path) -> "Earlier | None":
        """The one in a folder, unless nothing in it is ours."""
        log = log_lines.read(folder / LOG)
        is_log = not all(map(log_lines.is_gap, log.lines))  # another program's is all damaged
        if is_log or any(map(is_section, (folder / "sections").glob("*"))):
            return cls(folder, log)
        return None

    def missing_from(self, lines: Iterable[Line]) -> list[Line]:
        """Its lines that the shared log has not, each with the data set that it is from."""
        origin = self.folder.parent.name
        there = Counter(log_lines.encode(line) for line in lines if line.get("origin") == origin)
        missing = []
        for line in self.log.lines:
            named = {**line, "origin": origin}
            content = log_lines.encode(named)
            if there[content]:
                there[content] -= 1
            else:
                missing.append(named)
        return missing


def earlier_logs(folder: Path) -> list[Earlier]:
    """Those of all data sets beside the folder that they share from now on."""
    return [earlier for old in earlier_folders(folder) if (earlier := Earlier.of(old))]


def read_lines(folder: Path) -> list[Line]:
    """The lines of the shared log, then those yet to be taken over; nothing is written."""
    earlier = earlier_logs(folder)  # first: what goes meanwhile is then in the shared one
    shared = log_lines.read(Path(folder) / LOG).lines
    return shared + [line for old in earlier for line in old.missing_from(shared)]


def take_over(folder: Path, lines: list[Line], *, wait: bool, tell: Tell) -> None:
    """Take over all that data sets had each for itself. Needs the lock of the shared folder.

    Args:
        lines: those of the shared log; what is taken over is added.
        wait: for an earlier version of this program that is at work there.

    Raises:
        Busy: that is so.
    """
    for old in [earlier.folder for earlier in earlier_logs(folder)]:
        lock = Lock(old / "lock", "", wait=wait, tell=tell)
        try:
            earlier = Earlier(old, log_lines.read(old / LOG))
            missing = earlier.missing_from(lines)
            if earlier.log.damaged:
                set_aside(folder, earlier.log.damaged, old / LOG, tell)
            if missing:
                lines += missing
                log_lines.replace_file(folder / LOG, b"".join(map(log_lines.encode, lines)))
            digests = {(line.get("clip_id"), line.get("sha256")) for line in lines}
            n_moved = _move_sections(old, folder, digests)
        finally:
            lock.release()
        n_attempts = sum(line["kind"] == "attempt" for line in earlier.log.lines)
        if n_attempts or n_moved:
            tell(f"took over {old}: {n_attempts:,} attempts, {n_moved:,} sections")


def _move_sections(
    earlier: Path, folder: Path, digests: Collection[tuple[str | None, str | None]]
) -> int:
    """Move an earlier folder's sections into the shared one, and remove what is then left.

    Args:
        digests: clips and what was fetched of them: of two sections of one clip, the one that is
            there stays if it is such.

    Returns:
        How many were moved.
    """
    n_moved = 0
    for path in sorted((earlier / "sections").glob("*")):
        if _is_partial(path):
            path.unlink()
            continue
        if not is_section(path):
            continue
        target = folder / "sections" / path.name
        if target.exists() and (path.stem, _sha256(target)) in digests:
            path.unlink()
        else:
            _move(path, target)
            n_moved += 1
    log_lines.sync_folder(folder / "sections")
    with suppress(OSError):  # files of somebody else's lie there
        (earlier / "sections").rmdir()
    for name in ("lock", LOG):  # by the log the next run knows what a death left
        (earlier / name).unlink(missing_ok=True)
    with suppress(OSError):
        earlier.rmdir()
    return n_moved


def _is_partial(path: Path) -> bool:
    """Whether it is a section of ours whose writer was killed."""
    name = path.name.removeprefix(".").removesuffix(".partial")
    return path.name == f".{name}.partial" and is_section(Path(name))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _move(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        partial = target.with_name(f".{target.name}.partial")
        shutil.copyfile(path, partial)
        with partial.open("rb") as file:
            os.fsync(file.fileno())
        partial.replace(target)
        path.unlink()
