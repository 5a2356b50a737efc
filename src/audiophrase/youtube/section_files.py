"""The fetched sections: files of FLAC beside the log, believed if the log knows their digest."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from audiophrase.clip_ids import is_clip_id
from audiophrase.errors import ArtifactError

SHARED = Path("cache") / "youtube"  # by all data sets, in the project's folder


def section_path(folder: Path, clip_id: str) -> Path:
    """Where the section of a clip lies. Raises ArtifactError for what is no clip id."""
    if not is_clip_id(clip_id):
        raise ArtifactError(f"{clip_id!r} is no clip id", "make the table of clips again")
    return Path(folder) / "sections" / f"{clip_id}.flac"


def earlier_folders(folder: Path) -> list[Path]:
    """Where data sets may have a log and sections of their own, from before they shared them.

    Args:
        folder: the one that they share: `cache/youtube` for `cache/{dataset}/youtube`. Beside a
            folder of another name lies nothing of theirs.
    """
    if Path(folder).absolute().parts[-2:] != SHARED.parts:
        return []
    return sorted(path for path in Path(folder).parent.glob("*/youtube") if path.is_dir())


def is_section(path: Path) -> bool:
    """Whether a file has the name of a section of ours."""
    return path.suffix == ".flac" and is_clip_id(path.stem)


def read_section(folder: Path, clip_id: str, sha256: str | None) -> bytes | None:
    """The FLAC of a section, if it is there and is what was logged."""
    for flac, digest in _kept(folder, clip_id):
        if digest == sha256:
            return flac
    return None


def sections_at_hand(
    folder: Path, fetched: Mapping[str, Collection[str]], preferred: Mapping[str, str | None]
) -> dict[str, str]:
    """Of the clips whose sections are there, and are what some attempt fetched, the digests.

    Args:
        fetched: by clip id, the digests of all that was ever fetched.
        preferred: which of them is taken where several lie there.
    """
    at_hand = {}
    for clip_id, digests in fetched.items():
        for _, digest in _kept(folder, clip_id):
            if digest in digests:
                at_hand.setdefault(clip_id, digest)
                if digest == preferred.get(clip_id):
                    at_hand[clip_id] = digest
                    break
    return at_hand


def _kept(folder: Path, clip_id: str) -> Iterator[tuple[bytes, str]]:
    """What lies there of a clip; the shared folder twice, as files may be on their way into it."""
    name = section_path(folder, clip_id)
    yield from _read(name)
    if earlier := earlier_folders(folder):
        for old in earlier:
            yield from _read(section_path(old, clip_id))
        yield from _read(name)


def _read(path: Path) -> Iterator[tuple[bytes, str]]:
    try:
        flac = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return
    yield flac, hashlib.sha256(flac).hexdigest()
