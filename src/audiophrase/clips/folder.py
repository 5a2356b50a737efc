"""The files of a folder, those of its sub-folders among them."""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from audiophrase.clips.archive import Clip, Matches
from audiophrase.errors import AudiophraseError

MAX_DEPTH = 4  # of sub-folders
# What lies beside recordings (`.json`, `.txt`, `.part`, …) is none, whatever it is called.
_AUDIO = re.compile(
    r"[^./][^/]{0,250}\."
    r"(wav|flac|mp3|ogg|oga|opus|m4a|mp4|aac|webm|mka|mkv|aif|aiff|wma|amr|3gp|"
    r"aifc|au|caf|w64|wv|ape|tta|ac3|eac3|spx|mp2|m4b|mov|avi|flv)",
    re.IGNORECASE,
)
_SUBFOLDER = re.compile(r"[^./][^/]{0,250}")


def could_be_a_clip(name: str) -> bool:
    """Whether a file of this name is looked at."""
    return name.isprintable() and _AUDIO.fullmatch(name) is not None


def list_files(folder: Path) -> list[str]:
    """Files of a folder that may hold clips: paths within it with `/`, sorted.

    Links to files are followed, links to folders are not, so that nothing is met twice.

    Raises:
        AudiophraseError: the folder cannot be read.
    """
    try:
        return sorted(_files(str(folder), "", MAX_DEPTH))
    except OSError as error:
        where = error.filename or folder
        raise AudiophraseError(
            f"the folder of clips {where} cannot be read: {error.strerror}",
            "fix retrieve.folder of the data set; paths count from the working folder",
        ) from None


def unmatched(folder: Path, clips: Iterable[Clip]) -> str | None:
    """What is to be told of files that match none of a data set's clips; None: all do."""
    return Matches(list_files(folder), clips).note()


def _files(folder: str, within: str, depth: int) -> Iterator[str]:
    with os.scandir(folder) as entries:
        listed = list(entries)
    for entry in listed:
        if could_be_a_clip(entry.name) and entry.is_file():
            yield within + entry.name
        elif depth and _is_subfolder(entry.name) and entry.is_dir(follow_symlinks=False):
            yield from _files(entry.path, f"{within}{entry.name}/", depth - 1)


def _is_subfolder(name: str) -> bool:
    return name.isprintable() and _SUBFOLDER.fullmatch(name) is not None
