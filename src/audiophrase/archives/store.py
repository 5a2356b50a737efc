"""A record's labels and audio, downloaded and unpacked into a folder of the cache, once."""

import hashlib
import json
import re
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click
from tqdm import tqdm

from audiophrase.amounts import counted
from audiophrase.archives import labels, unpacking, zenodo
from audiophrase.clips.folder import list_files
from audiophrase.downloads.pinned import CACHE as DOWNLOADS
from audiophrase.downloads.pinned import Pinned, fetch_all, locked
from audiophrase.errors import DownloadError

CACHE = Path("cache/archives")
_CONTENTS = ".contents.json"  # what was unpacked; hidden, so that it is no label file


def folder_of(url: str, cache: Path = CACHE) -> Path:
    """Where the files of a record lie, or will."""
    name = re.sub("[^0-9A-Za-z-]+", "-", urlsplit(url).path.rpartition("/")[2])[:60]
    return cache / f"{hashlib.sha256(url.encode()).hexdigest()[:12]}-{name}"


def unpacked(
    url: str,
    *,
    cache: Path = CACHE,
    downloads: Path = DOWNLOADS,
    sleep: Callable[[float], None] = time.sleep,
) -> Path:
    """The folder with a record's labels and audio. Nobody is asked where it is whole already.

    Args:
        url: the record's address in Zenodo's API.

    Raises:
        DownloadError: something cannot be had, has another checksum, is not unpacked, or no audio.
        AnnotationError: the record has no labels of some split.
    """
    folder = folder_of(url, cache)
    if _is_whole(folder):
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / f".{folder.name}.lock", f"unpacks {folder}"):
        if _is_whole(folder):
            return folder
        listed = zenodo.record_files(url, scratch=cache, sleep=sleep)
        files = _chosen(listed, url)
        _require_room(files, downloads)
        copies = fetch_all(files, cache=downloads, sleep=sleep)
        partial = cache / f".{folder.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        _lay_out(files, copies, partial)
        labels.label_files(partial)
        if not list_files(partial):
            raise DownloadError(
                f"{url} has labels, and no audio that is read: WAV and the like, or ZIP archives "
                f"of them; it has {', '.join(file.name for file in listed)}",
                "unpack its audio by hand, and name the folder in retrieve.folder",
            )
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
    click.echo(
        f"{folder}: {counted(len(_contents(folder)), 'file')} unpacked; what was downloaded, in "
        f"{downloads}, is needed no more unless one of them is lost",
        err=True,
    )
    return folder


def _chosen(files: Sequence[Pinned], url: str) -> list[Pinned]:
    """What is taken of a record: ZIP archives, JSON, audio."""
    chosen = [file for file in files if _is_zip(file.name) or unpacking.is_taken(file.name)]
    if left := [file.name for file in files if file not in chosen]:
        click.echo(f"left alone of the record: {', '.join(left)}", err=True)
    if not chosen:
        raise DownloadError(
            f"{url} has neither ZIP archives nor JSON nor audio",
            "download its files in a browser, unpack them, and name the folder in retrieve.folder",
        )
    return chosen


def _require_room(files: Sequence[Pinned], downloads: Path) -> None:
    """Say what is needed, and refuse at once where it is not free."""
    lacking = [file for file in files if not (downloads / file.cached_name).is_file()]
    n_download = sum(file.max_bytes for file in lacking)
    n_unpacked = sum(file.max_bytes for file in files)  # at least
    click.echo(
        f"to download: {_mb(n_download)} in {counted(len(lacking), 'file')}; unpacked, they take at least "
        f"{_mb(n_unpacked)} more",
        err=True,
    )
    _refuse_too_much(n_download + n_unpacked, downloads)


def _refuse_too_much(n_bytes: int, folder: Path) -> None:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    n_free = shutil.disk_usage(existing).free
    if n_bytes > n_free:
        raise DownloadError(
            f"{_mb(n_bytes)} are needed in {folder}, {_mb(n_free)} are free there",
            "make room, or make the folder cache/ a link to a larger disk",
        )


def _lay_out(files: Sequence[Pinned], copies: Sequence[Path], folder: Path) -> None:
    """Unpack archives, each into a folder of its name, and copy what is none beside them."""
    archives = [
        (Path(file.name).stem, copy)
        for file, copy in zip(files, copies, strict=True)
        if _is_zip(file.name)
    ]
    n_bytes = sum(member.file_size for _, copy in archives for member in unpacking.members(copy))
    folder.mkdir(parents=True)
    _refuse_too_much(n_bytes, folder)
    for file, copy in zip(files, copies, strict=True):
        if not _is_zip(file.name):
            shutil.copyfile(copy, folder / file.name)
    bar = tqdm(desc="unpacking", total=n_bytes, unit="B", unit_scale=True, disable=None)
    with bar:
        for name, copy in archives:
            unpacking.unpack(copy, folder / name, bar.update)
    sizes = {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    (folder / _CONTENTS).write_text(json.dumps(sizes), encoding="utf-8")


def _contents(folder: Path) -> dict[str, int]:
    """The sizes of what was unpacked, by path; nothing where that is not known."""
    try:
        contents = json.loads((folder / _CONTENTS).read_bytes())
    except (OSError, ValueError):
        return {}
    return contents if isinstance(contents, dict) else {}


def _is_whole(folder: Path) -> bool:
    """Whether all that was unpacked is there, in its length."""
    contents = _contents(folder)
    try:
        return bool(contents) and all(
            (folder / name).stat().st_size == size for name, size in contents.items()
        )
    except OSError:
        return False


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")


def _mb(n_bytes: int) -> str:
    return f"{n_bytes / 1e6:,.1f} MB"
