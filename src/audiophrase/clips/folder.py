"""The files of a folder."""

import os
from pathlib import Path

from audiophrase.clip_ids import could_be_a_clip
from audiophrase.errors import AudiophraseError


def list_files(folder: Path) -> list[str]:
    """Names of the files of a folder that may hold clips, sorted.

    Raises:
        AudiophraseError: the folder cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            return sorted(
                entry.name for entry in entries if could_be_a_clip(entry.name) and entry.is_file()
            )
    except OSError as error:
        raise AudiophraseError(
            f"the folder of clips {folder} cannot be read: {error.strerror}",
            "fix retrieve.folder of the data set; paths count from the working folder",
        ) from None
