"""One file over HTTP: resumed where it broke off, retried, and never larger than expected.

HTTPS_PROXY and SSL_CERT_FILE are honoured.
"""

import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click
import requests
from tqdm import tqdm

TRIES = 6  # in a row without a single byte more
TRIES_UNREACHED = 2  # of a host that never answered: whoever is offline is told so at once
BACKOFF_S, MAX_BACKOFF_S = 1.0, 60.0
TIMEOUT_S = (10, 60)  # to connect; without a byte
CHUNK_BYTES = 1 << 14  # what is lost where a connection breaks off
_WORTH_RETRYING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on the network."""

    what: str  # as told to the user
    url: str
    max_bytes: int

    @property
    def name(self) -> str:
        return Path(urlsplit(self.url).path).name


class Failed(Exception):
    """A download that was given up, with the cause; `status` where a server refused it."""

    def __init__(self, cause: str, status: int | None = None) -> None:
        super().__init__(cause)
        self.status = status


class _Retriable(Exception):
    """A failure that may pass; `wait_s` where the server said how long."""

    def __init__(self, cause: str, wait_s: float | None = None, *, unreached: bool = False) -> None:
        super().__init__(cause)
        self.wait_s, self.unreached = wait_s, unreached


def fetch(file: Remote, partial: Path, sleep: Callable[[float], None] = time.sleep) -> None:
    """Append to `partial` until the server has nothing more. Raises Failed."""
    n_failed, wait_s = 0, BACKOFF_S
    n_most = size(partial)
    while True:
        try:
            return _append(file, partial, size(partial))
        except _Retriable as error:
            has_more = size(partial) > n_most
            n_most = max(n_most, size(partial))
            n_failed, wait_s = (1, BACKOFF_S) if has_more else (n_failed + 1, wait_s)
            if n_failed >= (TRIES_UNREACHED if error.unreached else TRIES):
                raise Failed(str(error)) from None
            pause_s = min(error.wait_s or wait_s, MAX_BACKOFF_S)
            click.echo(f"{file.what}: {error}; again in {pause_s:g} s", err=True)
            sleep(pause_s)
            wait_s *= 2


def _append(file: Remote, partial: Path, n_have: int) -> None:
    """One request for what is lacking. Raises _Retriable, Failed."""
    certificates = os.environ.get("SSL_CERT_FILE")
    if certificates and not Path(certificates).exists():
        raise Failed(f"SSL_CERT_FILE names {certificates}, which is not there")
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
                raise _Retriable(f"{host_of(file)} sent another part than was asked for")
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
            raise Failed(f"the certificate of {host_of(file)} is not trusted") from None
        raise _Retriable(f"{host_of(file)}: {_cause(error)}", unreached=not has_answered) from None
    except requests.exceptions.RequestException as error:
        raise Failed(f"{file.url}: {_cause(error)}") from None
    if n_expected is not None and size(partial) < n_expected:
        raise _Retriable(
            f"{host_of(file)} broke off after {size(partial):,} of {n_expected:,} bytes"
        )


def _require_success(file: Remote, answer: requests.Response) -> None:
    if answer.status_code in _WORTH_RETRYING:
        wait_s = _number(answer, "Retry-After")
        raise _Retriable(f"{host_of(file)} answered HTTP {answer.status_code}", wait_s)
    if answer.status_code not in (200, 206):
        status = answer.status_code
        raise Failed(f"{host_of(file)} answered HTTP {status}", status)


def _number(answer: requests.Response, header: str) -> int | None:
    """A header's whole number, if it is one: servers may send anything."""
    value = answer.headers.get(header, "")
    return int(value) if re.fullmatch("[0-9]{1,15}", value) else None


def _continues(answer: requests.Response, n_have: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {n_have}-")


def _require_room(file: Remote, partial: Path, n_have: int, n_expected: int | None) -> None:
    if n_expected is None:
        return
    if n_expected > file.max_bytes:
        raise Failed(f"it has {n_expected:,} bytes, more than the {file.max_bytes:,} expected")
    n_free = shutil.disk_usage(partial.parent).free
    if n_expected - n_have > n_free:
        raise Failed(f"it needs {n_expected - n_have:,} bytes more, {n_free:,} are free here")


def _write(
    file: Remote, partial: Path, n_have: int, n_expected: int | None, answer: requests.Response
) -> None:
    bar = tqdm(
        desc=file.name, initial=n_have, total=n_expected, unit="B", unit_scale=True, disable=None
    )
    with partial.open("r+b" if n_have else "wb") as out, bar:
        out.seek(n_have)
        for chunk in answer.iter_content(CHUNK_BYTES):
            if out.tell() + len(chunk) > file.max_bytes:
                out.truncate(0)
                raise Failed(f"it has more than the {file.max_bytes:,} bytes expected")
            out.write(chunk)
            bar.update(len(chunk))
        out.flush()
        os.fsync(out.fileno())


def size(path: Path) -> int:
    """Bytes of a file; none of one that is not there."""
    return path.stat().st_size if path.is_file() else 0


def host_of(file: Remote) -> str:
    """The host that has it, for messages."""
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
