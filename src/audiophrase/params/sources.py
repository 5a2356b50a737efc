"""Where a data set's annotations and clips come from, as its entry in params.yaml says it."""

from collections.abc import Mapping, Sequence
from typing import Any

from audiophrase.params.front_ends import chosen, file_of

FILE = "file"  # the source of annotations that is one file for all splits
ARCHIVE = "audiogrounding_v2"  # the source of annotations that have their audio beside them
LIST = "list"  # the source of annotations that is clips without captions


def clip_sources(clips: str | Sequence[str]) -> tuple[str, ...]:
    """The sources that a data set's key `clips` names, the preferred one first."""
    return (clips,) if isinstance(clips, str) else tuple(clips)


def sources_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """Where the clips of a data set's entry come from; a study's are those of its members."""
    return clip_sources(entry.get("clips", ()))


def named_source(entry: Mapping[str, Any]) -> str | None:
    """The source of annotations that a data set's entry tells by naming its file; None: none."""
    named = entry.get("annotations", {})
    return next((source for source in (LIST, FILE) if named.get(source)), None)


def is_downloaded_with_audio(entry: Mapping[str, Any], sections: Mapping[str, Any]) -> bool:
    """Whether labels and audio come out of the archive that is downloaded, and no folder is named."""
    return (
        sections["annotations"]["source"] == ARCHIVE
        and sources_of(entry) == ("local",)
        and not sections["retrieve"]["folder"]
    )


def audio_is_in_tables(entry: Mapping[str, Any], sections: Mapping[str, Any]) -> bool:
    """Whether clips are read out of the annotations, which are Parquet with audio, and no folder."""
    annotations = sections["annotations"]
    named = {FILE: [annotations["file"]], "files": list((annotations["files"] or {}).values())}
    paths = named.get(annotations["source"], [])
    return (
        sources_of(entry) == ("local",)
        and not sections["retrieve"]["folder"]
        and bool(paths)
        and all(path and path.lower().endswith(".parquet") for path in paths)
    )


def empty_paths(entry: Mapping[str, Any], sections: Mapping[str, Any]) -> list[str]:
    """What is missing of the files and folders that only the user can name, a phrase each.

    An entry may stand in params.yaml without them as long as nobody asks for its data set.
    """
    annotations, text = sections["annotations"], sections["text"]
    missing = []
    if annotations["source"] == "files" and not annotations["files"]:
        missing.append("annotations.source is 'files' but annotations.files is empty")
    if annotations["source"] == FILE and not annotations["file"]:
        missing.append("annotations.source is 'file' but annotations.file is empty")
    if annotations["source"] == LIST and not annotations["list"]:
        missing.append("annotations.source is 'list' but annotations.list is empty")
    is_folder_needed = (
        "local" in sources_of(entry)
        and not audio_is_in_tables(entry, sections)
        and not is_downloaded_with_audio(entry, sections)
    )
    if is_folder_needed and not sections["retrieve"]["folder"]:
        missing.append("clips is 'local' but retrieve.folder is empty")
    if text["vectors"] == "file" and not text["vectors_file"]:
        missing.append("text.vectors is 'file' but text.vectors_file is empty")
    front_end = chosen(sections)
    if front_end.file and not file_of(front_end, sections):
        name = sections["features"]["front_end"]
        missing.append(
            f"features.front_end is '{name}' but {front_end.section}.{front_end.file} is empty"
        )
    return missing
