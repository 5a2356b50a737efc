"""A folder that is written as a whole: whoever looks sees the old one, the new one, or none."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from audiophrase.tables import json_text, writing

LISTING = "files.json"  # the MD5 of every other file, so that a damaged or a strange one is named


def replace_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files, by their paths within the folder, and their listing, in place of all that lies in it.

    Raises:
        ArtifactError: it cannot be written, or the disk is full.
        ValueError: a path leads out of the folder.
    """
    partial, before = (folder.with_name(f".{folder.name}.{end}") for end in ("partial", "before"))
    with writing(folder):
        try:
            for rest in (partial, before):
                shutil.rmtree(rest, ignore_errors=True)  # of a run that was killed
            partial.mkdir(parents=True)
            listed = {}
            for name, content in files:
                path = partial / name
                if not path.resolve().is_relative_to(partial.resolve()):
                    raise ValueError(f"{name} leads out of the folder")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
                listed[name] = hashlib.md5(content, usedforsecurity=False).hexdigest()
            (partial / LISTING).write_text(json_text({"md5": listed}), encoding="utf-8")
            if folder.exists():
                folder.rename(before)
            partial.rename(folder)
        finally:
            for rest in (partial, before):
                shutil.rmtree(rest, ignore_errors=True)
