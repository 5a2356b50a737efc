"""Before a run: what is missing here, so that nothing is recorded that says nothing of a clip."""

import base64
import errno
import http.client
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from audiophrase.amounts import counted, disk_space
from audiophrase.errors import AudiophraseError
from audiophrase.youtube.client import find_deno
from audiophrase.youtube.cookies import read_cookies

FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST)
HOST = "www.youtube.com"
MAX_AGE_DAYS = 60  # yt-dlp keeps up with YouTube by a release every few weeks
CONNECT_TIMEOUT_S = 5.0
UPGRADE = "`make upgrade-ytdlp`"


class SetupError(AudiophraseError):
    """Something here must be put right before YouTube can be asked."""


def check(
    folder: Path, n_bytes: int, cookies: Path | None, outputs: Iterable[Path] = ()
) -> list[str]:
    """Warnings, a line each, with what to do.

    Args:
        folder: where the sections are going to lie; it exists.
        n_bytes: that the run may need there.
        outputs: folders that are written into at the end, and those that are to be made.

    Raises:
        SetupError: a run would be in vain; it says all that is missing.
    """
    problems: list[tuple[str, str]] = []
    for examine in (
        _check_javascript,
        lambda: _check_space(folder, n_bytes),
        *(partial(_check_writable, output) for output in outputs),
        lambda: _check_cookies(cookies),
        _check_certificates,
        _check_network,
    ):
        problem = examine()
        if problem is not None and problem not in problems:
            problems.append(problem)
    if problems:
        raise SetupError(
            "nothing was asked of YouTube, and nothing recorded of any clip:\n"
            + "\n".join(f"  - {problem}" for problem, _ in problems),
            "; ".join(remedy for _, remedy in problems),
        )
    warning = warn_of_age(version("yt-dlp"), date.today())
    return [] if warning is None else [warning]


def forbidden(folder: Path, error: OSError) -> SetupError:
    """What to tell where nothing may be written: into the folder, or one that the error names."""
    if error.filename is not None:
        named = Path(os.fsdecode(error.filename))
        folder = named if named.is_dir() else named.parent
    return SetupError(
        f"nothing can be written into {folder}: {error.strerror or error}",
        f"make {folder} writable for you",
    )


def require_times(clips: Iterable[Mapping[str, Any]]) -> None:
    """Refuse clips that are whole files: where in its video one lies is not known.

    Args:
        clips: rows of clips.parquet that YouTube is to be asked for.

    Raises:
        SetupError: it counts them, and names the first.
    """
    untimed = [row for row in clips if row["start_s"] is None]
    if untimed:
        raise SetupError(
            f"{counted(len(untimed), 'clip')} of whole files, such as {untimed[0]['clip_id']}: the "
            "annotations do not say where in a video one begins, so YouTube cannot be asked for it",
            "set the data set's clips to local, and retrieve.folder to the folder of files such as "
            f"{untimed[0]['filename']}; those that it lacks are then listed as missing",
        )


def warn_of_age(ytdlp_version: str, today: date) -> str | None:
    """A warning where yt-dlp is old, told by its version, which is a date."""
    try:
        released = date(*map(int, ytdlp_version.split(".")[:3]))
    except (TypeError, ValueError):
        return None
    days = (today - released).days
    if days <= MAX_AGE_DAYS:
        return None
    return (
        f"yt-dlp {ytdlp_version} is {days} days old: YouTube may refuse it, and then everything "
        f"looks like a 403; {UPGRADE}"
    )


def tool_versions() -> str:
    """What a clip was asked for with, for the log."""
    versions = [f"{name} {version(name)}" for name in ("yt-dlp", "yt-dlp-ejs", "av")]
    return ", ".join([*versions, _deno_version()])


def cookies_file() -> Path | None:
    """The file that AUDIOPHRASE_COOKIES names."""
    named = os.environ.get("AUDIOPHRASE_COOKIES")
    return Path(named).expanduser() if named else None


def _deno_version() -> str:
    try:
        return f"deno {version('deno')}"
    except PackageNotFoundError:
        deno = find_deno()
        if deno is None:
            return "no deno"
        answer = subprocess.run(
            [deno, "--version"], capture_output=True, text=True, check=False, timeout=30
        )
        return " ".join(answer.stdout.split()[:2]) or "deno"


def _check_javascript() -> tuple[str, str] | None:
    missing = []
    if find_deno() is None:
        missing.append("the JavaScript runtime deno")
    try:
        version("yt-dlp-ejs")
    except PackageNotFoundError:
        missing.append("yt-dlp-ejs")
    if not missing:
        return None
    return (
        f"{' and '.join(missing)} not found: without it living videos look unavailable",
        f"{UPGRADE}, or `pip install -r requirements.lock`",
    )


def _check_space(folder: Path, n_bytes: int) -> tuple[str, str] | None:
    n_free = shutil.disk_usage(folder).free
    if n_free >= n_bytes:
        return None
    return (
        f"the clips may take {disk_space(n_bytes)}, but {disk_space(n_free)} are free",
        f"free some space on the disk of {folder}",
    )


def _check_writable(folder: Path) -> tuple[str, str] | None:
    """Whether a file can be made there, tried rather than read from the permissions."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with NamedTemporaryFile(dir=folder, prefix=".writable-"):
            return None
    except OSError as error:
        refused = forbidden(folder, error)
        return refused.problem, refused.remedy


def _check_cookies(cookies: Path | None) -> tuple[str, str] | None:
    if cookies is None:
        return None
    try:
        read_cookies(cookies)
    except AudiophraseError as error:
        return (
            f"the file of cookies that AUDIOPHRASE_COOKIES names is of no use: {error.problem}",
            error.remedy or "name another, or unset AUDIOPHRASE_COOKIES",
        )
    return None


def _check_certificates() -> tuple[str, str] | None:
    named = os.environ.get("SSL_CERT_FILE")
    if named and not os.access(named, os.R_OK):
        return "the file that SSL_CERT_FILE names cannot be read", "fix or unset SSL_CERT_FILE"
    return None


def _check_network() -> tuple[str, str] | None:
    """Whether YouTube can be connected to, through the proxy if one is set; nothing is asked."""
    proxy = None if proxy_bypass(HOST) else getproxies().get("https")
    where = f"{HOST} through the proxy in HTTPS_PROXY" if proxy else HOST
    try:
        _connect(proxy)
    except ssl.SSLCertVerificationError as error:
        return (
            f"the certificate of {where} is not trusted: {error.verify_message}",
            "name the file of your network's certificates in SSL_CERT_FILE",
        )
    except (ValueError, http.client.InvalidURL):
        return "HTTPS_PROXY is no address", "fix or unset HTTPS_PROXY"
    except socket.gaierror:
        what = "the name of the proxy in HTTPS_PROXY" if proxy else f"the name {HOST}"
        cause = f"{what} cannot be resolved"
    except (OSError, http.client.HTTPException) as error:
        said = getattr(error, "strerror", None) or error
        cause = f"{where} cannot be reached: {said or type(error).__name__}"
    else:
        return None
    return cause, (
        "look to the connection, name a proxy in HTTPS_PROXY, or work with clips that you have "
        "(`clips: local`) or that a colleague shares (`make pull`)"
    )


def _connect(proxy: str | None) -> None:
    parts = urlsplit(proxy if "://" in proxy else f"//{proxy}") if proxy else None
    if parts is not None and (not parts.hostname or parts.scheme.startswith("socks")):
        if not parts.hostname:
            raise ValueError(proxy)
        # Whether it leads on is seen by the canaries: the library has no client for its protocol.
        socket.create_connection((parts.hostname, parts.port or 1080), CONNECT_TIMEOUT_S).close()
        return
    host, port = (parts.hostname, parts.port or 80) if parts else (HOST, 443)
    connection = http.client.HTTPSConnection(
        host, port, timeout=CONNECT_TIMEOUT_S, context=ssl.create_default_context()
    )
    if parts is not None:
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        credentials = base64.b64encode(user.encode()).decode()
        headers = {"Proxy-Authorization": f"Basic {credentials}"} if parts.username else {}
        connection.set_tunnel(HOST, 443, headers)
    try:
        connection.connect()
    finally:
        connection.close()
