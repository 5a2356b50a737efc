"""DVC, asked through its command line; what it has recorded, and where it keeps the bytes.

DVC remembers the digest of a file by its time stamp, size and inode, and does not look again: a
byte that flips under an unchanged time stamp goes unseen. Whoever asks here therefore gives DVC an
empty memory, and it hashes everything.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from audiophrase.errors import AudiophraseError

LOCK = Path("dvc.lock")
FILE = Path("dvc.yaml")


class DvcError(AudiophraseError):
    """DVC refused; the message is DVC's own."""


class Dvc:
    """DVC with an empty memory of digests, for as long as the `with` block lasts."""

    def __init__(self, memory: Path) -> None:
        self._environment = os.environ | {"DVC_SITE_CACHE_DIR": str(memory)}

    def status(self, stages: Collection[str], *, alone: bool = False) -> dict[str, list[Any]]:
        """What differs from dvc.lock: stage -> DVC's list of changes; unchanged stages are absent.

        Args:
            alone: no files of other stages lie here, so that DVC can be asked about all of dvc.yaml.
                Asked by name it reads dvc.yaml and dvc.lock again for each, a third of a second.

        Raises:
            DvcError: there is no repository, or dvc.yaml or dvc.lock cannot be read.
        """
        if not stages:
            return {}
        # Asked about nothing, DVC would read whatever dvc.yaml and *.dvc lie in folders below, too.
        changes = json.loads(self._run("status", "--json", *([str(FILE)] if alone else stages)))
        return {name: listed for name, listed in changes.items() if name in stages}

    def commit(self, stages: Sequence[str]) -> None:
        """Record the stages' inputs and outputs as they lie here, and put the outputs in the cache.

        Raises:
            DvcError: a file is missing, or the disk is full.
        """
        self._run("commit", "--force", *stages)

    def pull(self, targets: Sequence[str]) -> None:
        """Fetch targets from the default remote. Raises DvcError."""
        self._run("pull", *targets)

    def cache_folder(self) -> Path:
        """Where the objects of the cache lie."""
        return Path(self._run("cache", "dir").strip()) / "files" / "md5"

    def default_remote(self) -> str:
        """The default remote's line in `dvc remote list`: its name and address."""
        listed = self._run("remote", "list").splitlines()
        return next((" ".join(line.split()) for line in listed if "(default)" in line), "")

    def set_here(self, key: str, value: str) -> None:
        """Set a key of DVC's configuration for this clone alone. Raises DvcError."""
        self._run("config", "--local", key, value)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "dvc", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return done.stdout
        lines = done.stderr.splitlines()
        said = [line for line in lines if line.startswith("ERROR")] or lines
        reason = said[0].removeprefix("ERROR: ") if said else f"exit status {done.returncode}"
        raise DvcError(f"`dvc {arguments[0]}` failed: {reason}", _remedy(reason))


@contextmanager
def without_memory() -> Iterator[Dvc]:
    """DVC that hashes every file it is asked about."""
    with tempfile.TemporaryDirectory(prefix="audiophrase-dvc-") as memory:
        yield Dvc(Path(memory))


def read_lock(path: Path = LOCK) -> dict[str, Any]:
    """What dvc.lock says of each stage; nothing where there is no such file.

    Raises:
        DvcError: it cannot be read, as after a crash while it was written.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return dict(content["stages"]) if content else {}
    except FileNotFoundError:
        return {}
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError, ValueError):
        raise DvcError(
            f"{path} cannot be read",
            f"take back the last good one, `git checkout {path}`, or delete it; then record again",
        ) from None


def objects(outs: Sequence[Mapping[str, Any]], folder_listing: Any) -> Iterator[tuple[str, str]]:
    """(path, digest) of every object of a stage's outputs; a folder's listing is one itself.

    Args:
        outs: of a stage in dvc.lock.
        folder_listing: digest -> the bytes of the listing, or None where it cannot be had.
    """
    for out in outs:
        digest = str(out.get("md5", ""))
        yield out["path"], digest
        listing = parse_listing(folder_listing(digest), digest) if digest.endswith(".dir") else None
        for path, file_digest in (listing or {}).items():
            yield f"{out['path']}/{path}", file_digest


def parse_listing(content: bytes | None, digest: str) -> dict[str, str] | None:
    """Relative path -> MD5, of DVC's listing of a folder; None where it is not what `digest` says."""
    if content is None:
        return None
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != digest.removesuffix(".dir"):
        return None
    return {str(entry["relpath"]): str(entry["md5"]) for entry in json.loads(content)}


def _remedy(reason: str) -> str:
    hints = {
        "not a git repository": "versioning needs git and DVC: work in a clone (RECORD=0 does without)",
        "not inside of a DVC": "versioning needs git and DVC: work in a clone (RECORD=0 does without)",
        "No space left": "free some space and run the same command again",
        "Unable to acquire lock": "another DVC command is at work here: wait for it",
        "no remote": "set up a remote: docs/sharing.md",
        "dvc.lock": "take back the last good dvc.lock (git checkout dvc.lock) or delete it",
        "dvc.yaml": "write it again: audiophrase dvc-stages",
        "validation failed": "write dvc.yaml again: audiophrase dvc-stages",
    }
    return next(
        (hint for sign, hint in hints.items() if sign.lower() in reason.lower()),
        "fix what DVC names and run the same command again",
    )
