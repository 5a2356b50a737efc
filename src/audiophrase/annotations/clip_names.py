"""What the name of an audio file tells of its clip, for the forms to choose from."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath

from audiophrase.clip_ids import clip_id, parse_filename, whole_clip_id

_MAX_CLEAN = 40  # characters of a name that its clip's id keeps
_N_DIGEST = 10
MAX_NAME_BYTES, _MAX_PATH_BYTES = 255, 4096  # of a file, and of a path


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip as the name of its file tells it."""

    clip_id: str
    youtube_id: str | None
    start_s: float | None  # within the original recording; None: the clip is the whole file
    end_s: float | None
    filename: str  # under which the file is looked for first


def timed_clip(filename: str) -> Clip:
    """`{id}_{start}_{end}.wav`, times in seconds within the original recording. Raises ValueError."""
    youtube_id, start_s, end_s = parse_filename(filename)
    return Clip(clip_id(youtube_id, start_s, end_s), youtube_id, start_s, end_s, filename)


def whole_clip(youtube_id: str, filename: str) -> Clip:
    """A clip that is a whole file, cut out of a video at a place that is not known."""
    return Clip(whole_clip_id(youtube_id), youtube_id, None, None, filename)


def named_clip(filename: str) -> Clip:
    """A clip that is a whole file of any name, in any folder: its id is derived from the path.

    What can stand in an id is kept of the name, and a digest of the whole path goes behind it: so
    an id stays as it is whatever other files there are, and no two paths share one. However a
    system writes accents, the id is the same.

    Raises:
        ValueError: no file can have the name.
    """
    path = spelt_alike(filename)
    name = PurePosixPath(path).name
    if not name or not path.isprintable() or ".." in PurePosixPath(path).parts:
        raise ValueError(f"{filename!r} is no name of a file")
    if len(name.encode()) > MAX_NAME_BYTES or len(path.encode()) > _MAX_PATH_BYTES:
        raise ValueError(f"{filename!r} is too long for the name of a file")
    plain = unicodedata.normalize("NFKD", PurePosixPath(name).stem).encode("ascii", "ignore")
    clean = re.sub("[^0-9A-Za-z]+", "-", plain.decode())[:_MAX_CLEAN].strip("-")
    digest = hashlib.sha256(path.encode()).hexdigest()[:_N_DIGEST]
    return whole_clip(f"{clean}-{digest}" if clean else digest, filename)


def spelt_alike(filename: str) -> str:
    """A name as it is compared: the same, however a system writes accents."""
    return unicodedata.normalize("NFC", filename)
