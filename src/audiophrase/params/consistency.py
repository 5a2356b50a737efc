"""What no schema can say of parameters: whether those of a data set can work together."""

import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from audiophrase.errors import ParamsError
from audiophrase.parameters.sections import SECTIONS
from audiophrase.params.front_ends import chosen, file_of, settings_of

# Folders of the project in which our own commands write and delete.
_OURS = ("data", "results")
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


def check_consistency(dataset: str, entry: Mapping[str, Any], sections: Mapping[str, Any]) -> None:
    """Refuse what would only fail in a job. Raises ParamsError.

    Args:
        sections: all sections as they hold for the data set.
    """

    def refuse(problem: str, remedy: str) -> None:
        raise ParamsError(f"data set '{dataset}': {problem}", remedy)

    features, text = sections["features"], sections["text"]
    front_end = chosen(sections)
    sources, folder = sources_of(entry), sections["retrieve"]["folder"]
    if "local" in sources and folder and (inside := _folder_of_ours(folder)):
        refuse(
            f"retrieve.folder {folder} lies in {inside}/, where artifacts are made and deleted",
            "move the recordings to a folder of their own, such as recordings/, and name that",
        )
    own = entry.get("annotations", {})
    named = named_source(entry)
    beside = [key for key in ("files", FILE, LIST) if own.get(key) and key != named]
    if named and (beside or own.get("source", named) != named):
        refuse(
            f"annotations.{named} is named beside another source of annotations",
            "keep one of list, for clips without captions, file, for one of all splits, and files",
        )
    split = sections["annotations"]["split"]
    if split["val"] + split["test"] >= 1:
        refuse("annotations.split.val and test leave nothing to train on", "lower them")
    if sections["annotations"]["source"] == LIST and "rendered" in sources:
        refuse(
            "clips is 'rendered', but a list of clips says nothing of what is heard",
            "name clips: youtube, or local with retrieve.folder",
        )
    if sections["annotations"]["source"] == ARCHIVE and sources != ("local",):
        refuse(
            f"clips is not 'local', but the clips of {ARCHIVE} are whole files, at places in their "
            "videos that are not known",
            "name clips: local; its audio is downloaded, or lies in retrieve.folder",
        )
    if "youtube" in sources and not sections["retrieve"]["canaries"]:
        refuse(
            "clips is 'youtube' but retrieve.canaries is empty",
            "name one or more videos that are sure to stay: without them nothing can be told apart",
        )
    if features["fmin_hz"] >= features["fmax_hz"]:
        refuse("features.fmin_hz is not below features.fmax_hz", "swap them")
    rate_hz = None if "sample_rate_hz" in front_end.without else features["sample_rate_hz"]
    has_rate = front_end.section == "features" and "sample_rate_hz" not in front_end.without
    if has_rate and rate_hz is None:
        refuse(
            f"features.sample_rate_hz is null, but features.front_end is '{features['front_end']}'",
            "choose features.front_end: log-mel-native, which keeps each file's own rate",
        )
    if rate_hz is not None and features["fmax_hz"] > rate_hz / 2:
        refuse(
            f"features.fmax_hz {features['fmax_hz']} lies above half of "
            f"features.sample_rate_hz {rate_hz}",
            "lower the one or raise the other",
        )
    if features["hop_s"] * (rate_hz or 8000) < 1:
        refuse("features.hop_s is shorter than a sample", "lengthen the hop")
    if features["hop_s"] > features["window_s"]:
        refuse("features.hop_s is longer than features.window_s", "shorten the hop")
    hop_s = settings_of(front_end, sections)[front_end.section]["hop_s"]
    encoder = sections["train"]["encoder"]
    head = msgspec.convert(sections["train"][encoder], SECTIONS[f"train.{encoder}"])
    for problem, remedy in head.problems(
        # What params.yaml does not tell, training knows from the features.
        n_features=features[front_end.n_values] if front_end.n_values else None,
        n_frames=1 + math.floor(sections["retrieve"]["min_length_s"] / hop_s),
        n_dimensions=text["word2vec"]["n_dimensions"] if text["vectors"] == "trained" else None,
    ):
        refuse(problem, remedy)
    thresholds = sections["evaluate"]["sed"]["thresholds"]
    if thresholds["first"] > thresholds["last"]:
        refuse("evaluate.sed.thresholds.first lies above last", "swap them")


def _folder_of_ours(folder: str) -> str | None:
    """Which of the project's own folders a path lies in, links followed, or None."""
    resolved = os.path.realpath(folder)
    for name in _OURS:
        own = os.path.realpath(name)
        if os.path.commonpath([resolved, own]) == own:
            return name
    return None
