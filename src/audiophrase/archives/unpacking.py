"""Unpacking a ZIP archive that somebody else made: all of it is looked at before a byte is written.

Taken are recordings and JSON files; what else an archive holds stays in it. One with a name that
leads elsewhere, a link, or more than a data set can hold is refused as a whole.
"""

import lzma
import re
import shutil
import stat
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from audiophrase.clips.folder import MAX_DEPTH, could_be_a_clip
from audiophrase.errors import DownloadError

MAX_MEMBERS = 100_000
MAX_MEMBER_BYTES = 1 << 29  # a minute of audio has some 10 MB
MAX_TOTAL_BYTES = 1 << 36  # 64 GiB
_CHUNK_BYTES = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:")
_ENCRYPTED = 0x1
_DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)


def is_taken(name: str) -> bool:
    """Whether a file of this path is unpacked: a recording or JSON, hidden nowhere."""
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
    return not hidden and (could_be_a_clip(parts[-1]) or parts[-1].lower().endswith(".json"))


def members(archive: Path) -> list[zipfile.ZipInfo]:
    """The members of an archive that are taken. Raises DownloadError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            listed = opened.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(archive, error) from None
    if len(listed) > MAX_MEMBERS:
        raise _refused(archive, f"it has {len(listed):,} members, more than {MAX_MEMBERS:,}")
    for member in listed:
        if problem := _problem(member):
            raise _refused(archive, f"its member {member.filename!r:.120} {problem}")
    taken = [member for member in listed if not member.is_dir() and is_taken(member.filename)]
    names = {member.filename.casefold() for member in taken}
    if len(names) < len(taken):
        raise _refused(archive, "two of its members have one name")
    n_bytes = sum(member.file_size for member in taken)
    if n_bytes > MAX_TOTAL_BYTES:
        raise _refused(archive, f"it unpacks to {n_bytes:,} bytes")
    return taken


def unpack(archive: Path, folder: Path, progress: Callable[[int], object]) -> None:
    """Unpack what is taken of an archive into a new folder.

    Args:
        progress: called with numbers of bytes as they are written.

    Raises:
        DownloadError: it is damaged, cut short, or holds what no data set does.
    """
    taken = members(archive)
    try:
        with zipfile.ZipFile(archive) as opened:
            for member in taken:
                target = folder.joinpath(*PurePosixPath(member.filename).parts)
                target.parent.mkdir(parents=True, exist_ok=True)
                # A member that is longer than its header says ends in an error of its checksum.
                with opened.open(member) as source, target.open("xb") as out:
                    while chunk := source.read(_CHUNK_BYTES):
                        out.write(chunk)
                        progress(len(chunk))
    except (*_DAMAGE, OSError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        if not isinstance(error, OSError) or error.errno is None:  # bzip2 knows no error of its own
            raise _damaged(archive, error) from None
        where = error.filename or folder
        raise _refused(archive, f"{where} cannot be written: {error.strerror}") from None


def _problem(member: zipfile.ZipInfo) -> str | None:
    """What speaks against a member; None: nothing."""
    name = member.orig_filename
    parts = name.rstrip("/").split("/")
    if name.startswith("/") or _DRIVE.match(name) or "\\" in name:
        return "has an absolute path, or one of Windows"
    if any(part in ("", ".", "..") for part in parts):
        return "leads out of the folder"
    if not name.isprintable() or any(len(part.encode()) > 255 for part in parts):
        return "has a name that no file can have"
    if len(parts) > MAX_DEPTH:  # the archive's own folder is one more
        return f"lies more than {MAX_DEPTH - 1} folders deep"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or another thing that is no file"
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted"
    if member.file_size > MAX_MEMBER_BYTES:
        return f"has {member.file_size:,} bytes, more than {MAX_MEMBER_BYTES:,}"
    return None


def _damaged(archive: Path, error: Exception) -> DownloadError:
    cause = " ".join(str(error).split())[:200] or type(error).__name__
    return DownloadError(
        f"{archive} is no sound ZIP archive, or cut short: {cause}",
        "remove it and run the same command again; if it comes again like that, tell those who "
        "published it",
    )


def _refused(archive: Path, problem: str) -> DownloadError:
    return DownloadError(
        f"{archive} is not unpacked: {problem}",
        "if you trust it, unpack it by hand and name the folder in retrieve.folder",
    )
