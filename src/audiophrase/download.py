"""Downloads pinned by digest: resumed where they broke off, retried, and never half-written.

A file is looked for among what was fetched before (cache/downloads) and among copies handed over (a
folder that AUDIOPHRASE_DOWNLOADS names); only then is the network asked. Whatever the way, nothing
is used whose digest is not the pinned one. HTTPS_PROXY and SSL_CERT_FILE are honoured.
"""

import fcntl
import hashlib
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
import requests
from tqdm import tqdm

from audiophrase.errors import DownloadError
from audiophrase.tables import writing

CACHE = Path("cache/downloads")
HANDED_OVER = "AUDIOPHRASE_DOWNLOADS"
TRIES = 6  # in a row without a single byte more
TRIES_UNREACHED = 2  # of a host that never answered: whoever is offline is told so at once
BACKOFF_S, MAX_BACKOFF_S = 1.0, 60.0
TIMEOUT_S = (10, 60)  # to connect; without a byte
CHUNK_BYTES = 1 << 14  # what is lost where a connection breaks off
_WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Pinned:
    """A file on the network, and the digest without which it is not used."""

    what: str  # as told to the user
    url: str
    algorithm: str  # sha256 or md5
    digest: str
    max_bytes: int

    @property
    def name(self) -> str:
        return Path(urlsplit(self.url).path).name

    @property
    def cached_name(self) -> str:
        return f"{self.digest[:12]}-{self.name}"


class _Retriable(Exception):
    """A failure that may pass; `wait_s` where the server said how long."""

    def __init__(self, cause: str, wait_s: float | None = None, *, unreached: bool = False) -> None:
        super().__init__(cause)
        self.wait_s, self.unreached = wait_s, unreached


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
        except _Failed as error:
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


class _Failed(Exception):
    """A download that was given up, with the cause."""


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
    with writing(target), _locked(cache / f".{file.cached_name}.lock", target):
        if target.is_file() and _digest(target, file) == file.digest:
            return target  # another process has fetched it meanwhile
        resumed = _size(partial) > 0
        _fetch(file, partial, sleep)
        actual = _digest(partial, file)
        if actual != file.digest and resumed:
            click.echo(f"{file.what}: what came earlier was damaged; from the start", err=True)
            partial.unlink()
            _fetch(file, partial, sleep)
            actual = _digest(partial, file)
        if actual != file.digest:
            partial.unlink()
            raise _Failed(
                f"what {_host(file)} sent has {file.algorithm} {actual}, not {file.digest}; "
                "it was thrown away"
            )
        partial.replace(target)
    return target


@contextmanager
def _locked(path: Path, target: Path) -> Iterator[None]:
    """One process at a time downloads a file; the lock of a killed one is gone with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            click.echo(f"waiting for another process that downloads {target}", err=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fetch(file: Pinned, partial: Path, sleep: Callable[[float], None]) -> None:
    """Append to `partial` until the server has nothing more. Raises _Failed."""
    n_failed, wait_s = 0, BACKOFF_S
    n_most = _size(partial)
    while True:
        try:
            return _append(file, partial, _size(partial))
        except _Retriable as error:
            has_more = _size(partial) > n_most
            n_most = max(n_most, _size(partial))
            n_failed, wait_s = (1, BACKOFF_S) if has_more else (n_failed + 1, wait_s)
            if n_failed >= (TRIES_UNREACHED if error.unreached else TRIES):
                raise _Failed(str(error)) from None
            pause_s = min(error.wait_s or wait_s, MAX_BACKOFF_S)
            click.echo(f"{file.what}: {error}; again in {pause_s:g} s", err=True)
            sleep(pause_s)
            wait_s *= 2


def _append(file: Pinned, partial: Path, n_have: int) -> None:
    """One request for what is lacking. Raises _Retriable, _Failed."""
    certificates = os.environ.get("SSL_CERT_FILE")
    if certificates and not Path(certificates).exists():
        raise _Failed(f"SSL_CERT_FILE names {certificates}, which is not there")
    headers = {"Accept-Encoding": "identity"}
    if n_have:
        headers["Range"] = f"bytes={n_have}-"
    n_expected, has_answered = None, False
    try:
        with requests.get(
            file.url,
            headers=headers,
            stream=True,
            timeout=TIMEOUT_S,
            verify=certificates or True,
        ) as answer:
            has_answered = True
            if (
                answer.status_code == 416 and n_have
            ):  # there is nothing behind what is here: the digest tells
                return
            _require_success(file, answer)
            if answer.status_code == 206 and not _continues(answer, n_have):
                raise _Retriable(f"{_host(file)} sent another part than was asked for")
            if answer.status_code != 206:
                n_have = 0  # a server without ranges sends the whole
            length = _number(answer, "Content-Length")
            n_expected = None if length is None else n_have + length
            _require_room(file, partial, n_have, n_expected)
            _write(file, partial, n_have, n_expected, answer)
    except (
        requests.exceptions.ConnectionError,
        requests.exceptions.Timeout,
        requests.exceptions.ChunkedEncodingError,
    ) as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise _Failed(f"the certificate of {_host(file)} is not trusted") from None
        raise _Retriable(f"{_host(file)}: {_cause(error)}", unreached=not has_answered) from None
    except requests.exceptions.RequestException as error:
        raise _Failed(f"{file.url}: {_cause(error)}") from None
    if n_expected is not None and _size(partial) < n_expected:
        raise _Retriable(
            f"{_host(file)} broke off after {_size(partial):,} of {n_expected:,} bytes"
        )


def _require_success(file: Pinned, answer: requests.Response) -> None:
    if answer.status_code in _WORTH_RETRYING:
        wait_s = _number(answer, "Retry-After")
        raise _Retriable(f"{_host(file)} answered HTTP {answer.status_code}", wait_s)
    if answer.status_code not in (200, 206):
        raise _Failed(f"{_host(file)} answered HTTP {answer.status_code}")


def _number(answer: requests.Response, header: str) -> int | None:
    """A header's whole number, if it is one: servers may send anything."""
    value = answer.headers.get(header, "")
    return int(value) if re.fullmatch("[0-9]{1,15}", value) else None


def _continues(answer: requests.Response, n_have: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {n_have}-")


def _require_room(file: Pinned, partial: Path, n_have: int, n_expected: int | None) -> None:
    if n_expected is None:
        return
    if n_expected > file.max_bytes:
        raise _Failed(f"it has {n_expected:,} bytes, more than the {file.max_bytes:,} expected")
    n_free = shutil.disk_usage(partial.parent).free
    if n_expected - n_have > n_free:
        raise _Failed(f"it needs {n_expected - n_have:,} bytes more, {n_free:,} are free here")


def _write(
    file: Pinned, partial: Path, n_have: int, n_expected: int | None, answer: requests.Response
) -> None:
    bar = tqdm(
        desc=file.name, initial=n_have, total=n_expected, unit="B", unit_scale=True, disable=None
    )
    with partial.open("r+b" if n_have else "wb") as out, bar:
        out.seek(n_have)
        for chunk in answer.iter_content(CHUNK_BYTES):
            if out.tell() + len(chunk) > file.max_bytes:
                out.truncate(0)
                raise _Failed(f"it has more than the {file.max_bytes:,} bytes expected")
            out.write(chunk)
            bar.update(len(chunk))
        out.flush()
        os.fsync(out.fileno())


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _digest(path: Path, file: Pinned) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(
            content, lambda: hashlib.new(file.algorithm, usedforsecurity=False)
        ).hexdigest()


def _host(file: Pinned) -> str:
    return urlsplit(file.url).hostname or file.url


def _cause(error: BaseException) -> str:
    """The innermost cause, in one line: requests wraps it several times."""
    while True:
        reasons = [getattr(error, "reason", None), *error.args, error.__cause__]
        inner = next((reason for reason in reasons if isinstance(reason, BaseException)), None)
        if inner is None:
            break
        error = inner
    text = str(error).rpartition(": ")[2] or type(error).__name__
    return text.splitlines()[0][:200]
