"""The files of a record of Zenodo, as its API lists them.

    {"files": [{"key": "audio.zip", "size": 5, "checksum": "md5:…", "links": {"self": "https://…"}}]}

The software that Zenodo runs on (InvenioRDM) has another form too, `files: {entries: {KEY: {…}}}`,
whose `links.content` is the file. Nothing of an answer is believed: it may name no file that is
not of the API's own host, none of a name that could leave a folder, and not more than there is room for.
"""

import json
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from audiophrase.downloads.pinned import Pinned
from audiophrase.downloads.transfer import Failed, Remote, fetch
from audiophrase.errors import DownloadError

MAX_ANSWER_BYTES = 1 << 20
MAX_FILES = 1000
MAX_NAME_BYTES = 200  # the name of a download begins with its digest
MAX_RECORD_BYTES = 1 << 36  # 64 GiB
_NAME = re.compile(r"[^\W_.-][\w .()+=-]{0,199}")
_CHECKSUM = re.compile(r"(md5):([0-9a-f]{32})|(sha256):([0-9a-f]{64})")
_BY_HAND = (
    "download the record's files in a browser, unpack them, and name the folder in retrieve.folder"
)
_ADDRESS = (
    f"see whether annotations.audiogrounding_v2.url is the API's address of a record; or {_BY_HAND}"
)
_AGAIN = (
    "run the same command again where the network can be reached (HTTPS_PROXY and SSL_CERT_FILE are "
    f"honoured); or {_BY_HAND}"
)


def record_files(
    url: str, *, scratch: Path, sleep: Callable[[float], None] = time.sleep
) -> list[Pinned]:
    """Ask the API for a record's files.

    Args:
        url: the record's address in the API.
        scratch: a folder that the answer may lie in for a moment.

    Raises:
        DownloadError: it does not answer, or with something else than such a list.
    """
    asked = Remote(what="the record's list of files", url=url, max_bytes=MAX_ANSWER_BYTES)
    scratch.mkdir(parents=True, exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            answer = Path(folder) / "record.json"
            fetch(asked, answer, sleep)
            content = answer.read_bytes()
    except Failed as error:
        gone = error.status in (404, 410)
        raise DownloadError(
            f"the list of files of {url} cannot be had: {error}"
            f"{' (there is no such record)' if gone else ''}",
            _ADDRESS if gone else _AGAIN,
        ) from None
    return parse(content, url)


def parse(content: bytes, url: str) -> list[Pinned]:
    """The files that an answer lists. Raises DownloadError for any other."""

    def refuse(problem: str) -> DownloadError:
        return DownloadError(f"the answer of {url} {problem}", _ADDRESS)

    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        begins = content[:60].decode(errors="replace").partition("\n")[0]
        raise refuse(f"is not JSON: it begins with {begins!r}") from None
    listed = answer.get("files") if isinstance(answer, dict) else None
    if isinstance(listed, dict):
        listed = listed.get("entries")
        listed = list(listed.values()) if isinstance(listed, dict) else listed
    if not isinstance(listed, list) or not listed:
        raise refuse("lists no files")
    if len(listed) > MAX_FILES:
        raise refuse(f"lists {len(listed):,} files, more than {MAX_FILES:,}")
    files = []
    for index, entry in enumerate(listed):
        if not isinstance(entry, dict):
            raise refuse(f"is not right in files[{index}]: {entry!r:.60} is no object")
        try:
            files.append(_file(entry, url))
        except ValueError as error:
            raise refuse(f"is not right in files[{index}]: {error}") from None
    names = [file.name.casefold() for file in files]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise refuse(f"lists {twice!r} twice")
    if sum(file.max_bytes for file in files) > MAX_RECORD_BYTES:
        raise refuse(f"lists more than {MAX_RECORD_BYTES >> 30} GiB")
    return files


def _file(entry: dict[str, Any], url: str) -> Pinned:
    key, size, checksum = (entry.get(name) for name in ("key", "size", "checksum"))
    if not isinstance(key, str) or not _NAME.fullmatch(key) or len(key.encode()) > MAX_NAME_BYTES:
        raise ValueError(f"key {key!r:.60} is no plain name of a file")
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise ValueError(f"size {size!r:.60} is no number of bytes")
    digest = _CHECKSUM.fullmatch(checksum) if isinstance(checksum, str) else None
    if not digest:
        raise ValueError(f"checksum {checksum!r:.60} is neither md5:… nor sha256:…")
    links = entry.get("links")
    link = (links.get("content") or links.get("self")) if isinstance(links, dict) else None
    if not isinstance(link, str) or _origin(link) != _origin(url):
        raise ValueError(f"link {link!r:.100} is none of the API's own host")
    algorithm, value = (part for part in digest.groups() if part)
    return Pinned(
        what=key, url=link, max_bytes=size, algorithm=algorithm, digest=value, own_name=key
    )


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
