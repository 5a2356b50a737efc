"""Downloads pinned by digest: resumed where they broke off, retried, and never half-written.

A file is looked for among what was fetched before (cache/downloads) and among copies handed over (a
folder that AUDIOPHRASE_DOWNLOADS names); only then is the network asked. Whatever the way, nothing
is used whose digest is not the pinned one. HTTPS_PROXY and SSL_CERT_FILE are honoured.
"""

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from audiophrase.downloads.transfer import Failed, Remote, fetch, host_of, size
from audiophrase.errors import DownloadError
from audiophrase.tables import writing

CACHE = Path("cache/downloads")
HANDED_OVER = "AUDIOPHRASE_DOWNLOADS"


@dataclass(frozen=True, slots=True)
class Pinned(Remote):
    """A file on the network, and the digest without which it is not used."""

    algorithm: str  # sha256 or md5
    digest: str
    own_name: str | None = None  # where the address does not end with it

    @property
    def name(self) -> str:
        return self.own_name or Remote.name.fget(self)

    @property
    def cached_name(self) -> str:
        return f"{self.digest[:12]}-{self.name}"


def fetch_all(
    files: Sequence[Pinned], *, cache: Path = CACHE, sleep: Callable[[float], None] = time.sleep
) -> list[Path]:
    """Where each file lies, its digest checked; those not at hand are downloaded, in order.

    Raises:
        DownloadError: one cannot be had; the message names all that are missing.
    """
    folder = os.environ.get(HANDED_OVER)
    if folder and not Path(folder).expanduser().is_dir():
        raise DownloadError(
            f"{HANDED_OVER} names {folder}, which is no folder",
            "name the folder with the files that you fetched by other means, or unset it",
        )
    at_hand = [_at_hand(file, cache) for file in files]
    for index, file in enumerate(files):
        try:
            at_hand[index] = at_hand[index] or _download(file, cache, sleep)
        except Failed as error:
            missing = [
                f"  - {other.what}: {other.url}\n    ({other.algorithm} {other.digest})"
                for other, copy in zip(files, at_hand, strict=True)
                if copy is None
            ]
            lacking = f" (it is {folder} now, where they are not)" if folder else ""
            raise DownloadError(
                f"{file.what} cannot be downloaded: {error}\nmissing:\n" + "\n".join(missing),
                "run the same command again where the network can be reached (HTTPS_PROXY and "
                "SSL_CERT_FILE are honoured; what has come so far is kept), or fetch the files by "
                "other means into a folder, under their own names, and set "
                f"{HANDED_OVER} to it{lacking}",
            ) from None
    return at_hand


def _at_hand(file: Pinned, cache: Path) -> Path | None:
    """A copy that needs no network. Raises DownloadError where one handed over is another file."""
    if folder := os.environ.get(HANDED_OVER):
        copy = Path(folder).expanduser() / file.name
        if copy.is_file():
            _require_digest(copy, file)
            return copy
    cached = cache / file.cached_name
    if not cached.is_file():
        return None
    if (actual := _digest(cached, file)) != file.digest:
        click.echo(
            f"warning: {cached} is damaged ({file.algorithm} {actual}): it is fetched again",
            err=True,
        )
        return None
    return cached


def _require_digest(copy: Path, file: Pinned) -> None:
    actual = _digest(copy, file)
    if actual != file.digest:
        raise DownloadError(
            f"{copy} is not {file.what}: its {file.algorithm} is {actual}, not {file.digest}",
            f"put the file from {file.url} there, or remove it",
        )


def _download(file: Pinned, cache: Path, sleep: Callable[[float], None]) -> Path:
    target = cache / file.cached_name
    partial = cache / f".{file.cached_name}.partial"
    waited_for = f"downloads {target}"
    with writing(target), locked(cache / f".{file.cached_name}.lock", waited_for):
        if target.is_file() and _digest(target, file) == file.digest:
            return target  # another process has fetched it meanwhile
        resumed = size(partial) > 0
        fetch(file, partial, sleep)
        actual = _digest(partial, file)
        if actual != file.digest and resumed:
            click.echo(f"{file.what}: what came earlier was damaged; from the start", err=True)
            partial.unlink()
            fetch(file, partial, sleep)
            actual = _digest(partial, file)
        if actual != file.digest:
            partial.unlink()
            raise Failed(
                f"what {host_of(file)} sent has {file.algorithm} {actual}, not {file.digest}; "
                "it was thrown away"
            )
        partial.replace(target)
    return target


@contextmanager
def locked(path: Path, waited_for: str) -> Iterator[None]:
    """One process at a time goes on; the lock of a killed one is gone with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo(f"waiting for another process that {waited_for}", err=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(path: Path, file: Pinned) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(
            content, lambda: hashlib.new(file.algorithm, usedforsecurity=False)
        ).hexdigest()
