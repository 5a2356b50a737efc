"""The user's own files, which params.yaml names: what rules depend on beside artifacts and sources.

All paths are given as they are written, and lists are empty where a data set reads no such file.
Raises AudiophraseError where a file is not named, or not there.
"""

import os
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from audiophrase.annotations.patterns import is_pattern, matching
from audiophrase.archives.labels import label_files
from audiophrase.clips.archive import files_by_shard, may_be_of_any_shard
from audiophrase.clips.folder import list_files
from audiophrase.errors import AudiophraseError
from audiophrase.features.parameters import FRONT_ENDS
from audiophrase.params import (
    dataset_entry,
    effective,
    front_ends_of,
    require_paths,
    variants_of,
)
from audiophrase.params.front_ends import file_of
from audiophrase.params.sources import (
    ARCHIVE,
    FILE,
    LIST,
    audio_is_in_tables,
    clip_sources,
    is_downloaded_with_audio,
)
from audiophrase.params.studies import all_members, is_study
from audiophrase.params.unknown import unknown_name
from audiophrase.splits import SPLITS

Params = Mapping[str, Any]


def require_files(params: Params, dataset: str) -> None:
    """Refuse a data set whose files are not named or not there, as rules do when they need them."""
    require_paths(params, dataset)
    if is_study(dataset_entry(params, dataset)):
        for member in all_members(params, dataset):
            require_files(params, member)
    else:
        _require_own_files(params, dataset)
    vectors_file(params, dataset)
    for front_end in front_ends_of(params, dataset):
        network_file(params, dataset, front_end)
    for variant in variants_of(params, dataset):
        only_clips_of(params, dataset, variant)


def _require_own_files(params: Params, dataset: str) -> None:
    """Annotations and recordings."""
    source = effective(params, dataset)["annotations"]["source"]
    if source == "files" or (source == ARCHIVE and not is_downloaded(params, dataset)):
        for split in SPLITS:
            annotation_files(params, dataset, split)
    if source == FILE:
        annotation_files(params, dataset, None)
    if source == LIST:
        clip_list(params, dataset)
    recordings(params, dataset)


def annotation_file(params: Params, dataset: str, split: str | None) -> str:
    """The annotations of a split; None: of all, where one file holds them. It may be a pattern."""
    return _annotation_file(params, dataset, split)[0]


def annotation_files(params: Params, dataset: str, split: str | None) -> list[str]:
    """The files that `annotation_file` names: several, where it is a pattern."""
    path, key = _annotation_file(params, dataset, split)
    return list(map(str, matching(path))) if is_pattern(path) else [_existing(path, key)]


def is_downloaded(params: Params, dataset: str) -> bool:
    """Whether labels and audio come out of an archive that is downloaded."""
    return is_downloaded_with_audio(dataset_entry(params, dataset), effective(params, dataset))


def audio_table(params: Params, dataset: str, split: str) -> str | None:
    """The table of audio that a split's clips are read from; None where there is none."""
    sections = _with_paths(params, dataset)
    if not audio_is_in_tables(dataset_entry(params, dataset), sections):
        return None
    return annotation_file(params, dataset, _split_of_file(sections, split))


def _annotation_file(params: Params, dataset: str, split: str | None) -> tuple[str, str]:
    sections = _with_paths(params, dataset)
    annotations = sections["annotations"]
    if split is None:
        return annotations["file"], "annotations.file"
    if annotations["source"] == ARCHIVE:
        return _label_files(sections["retrieve"]["folder"])[split], "retrieve.folder"
    return annotations["files"][split], f"annotations.files.{split}"


def _split_of_file(sections: Mapping[str, Any], split: str) -> str | None:
    return None if sections["annotations"]["source"] == FILE else split


def clip_list(params: Params, dataset: str) -> str:
    """The list of clips without captions."""
    return _existing(_with_paths(params, dataset)["annotations"]["list"], "annotations.list")


def vectors_file(params: Params, dataset: str) -> list[str]:
    """The word2vec file."""
    text = _with_paths(params, dataset)["text"]
    if text["vectors"] != "file":
        return []
    return [_existing(text["vectors_file"], "text.vectors_file")]


def network_file(params: Params, dataset: str, front_end: str) -> list[str]:
    """The network of a front end that is a frozen one."""
    declared = FRONT_ENDS[front_end]
    if declared.file is None:
        return []
    key = f"{declared.section}.{declared.file}"
    path = file_of(declared, _with_paths(params, dataset))
    if not path:  # no variant names the front end, so that nobody has asked for it before
        raise AudiophraseError(f"{key} is empty", "name the file of the network")
    return [_existing(path, key)]


def only_clips_of(params: Params, dataset: str, variant: str) -> list[str]:
    """Another lab's table of availability, where evaluation is restricted to its clips."""
    path = effective(params, dataset, variant)["evaluate"]["only_clips_of"]
    return [_existing(path, "evaluate.only_clips_of")] if path else []


def folder_of_recordings(params: Params, dataset: str) -> str | None:
    """The folder that clips come from; None where they come from none."""
    if "local" not in clip_sources(dataset_entry(params, dataset)["clips"]):
        return None
    return _with_paths(params, dataset)["retrieve"]["folder"]


def recordings(params: Params, dataset: str, shard: str | None = None) -> list[str]:
    """The files that may hold clips, or those of a shard: a changed or added one is noticed.

    Those of `recordings_of_any_shard` are no shard's.
    """
    splits = SPLITS if shard is None else [shard.rsplit("-", 1)[0]]
    sections = _with_paths(params, dataset)
    if audio_is_in_tables(dataset_entry(params, dataset), sections):
        named = dict.fromkeys(_split_of_file(sections, split) for split in splits)
        paths = [path for split in named for path in annotation_files(params, dataset, split)]
        return list(dict.fromkeys(paths))
    folder = folder_of_recordings(params, dataset)
    if folder is None:
        return []
    if shard is None:
        names = list_files(folder)
    else:
        shards = _by_shard(folder, shard.rsplit("-", 1)[0], *_described(params, dataset))
        if shard not in shards:
            raise unknown_name("shard", shard, shards)
        names = shards[shard]
    return _as_inputs(folder, names)


def recordings_of_any_shard(params: Params, dataset: str) -> list[str]:
    """The files that may hold clips of any shard, as the clips are not known and names tell no times.

    Shards depend on one listing of them: Snakemake looks at each input of each job, which took
    most of a dry run's time with a few thousand recordings and seventy shards.
    """
    sections = _with_paths(params, dataset)
    folder = folder_of_recordings(params, dataset)
    if folder is None or audio_is_in_tables(dataset_entry(params, dataset), sections):
        return []
    return _of_any_shard(folder, *_described(params, dataset))


def _as_inputs(folder: str, names: Iterable[str]) -> list[str]:
    # A name with braces is a pattern to Snakemake: such a file is read, but its change not noticed.
    return [os.path.join(folder, name) for name in names if not set("{}") & set(name)]


Items = tuple[tuple[str | None, Any], ...]


def _described(params: Params, dataset: str) -> tuple[Items, Items | None, Items]:
    """How many shards the splits have, the user's annotation files, where they are such, and how
    splits are drawn out of one.

    Those of AudioGrounding may not lie here yet: what a job depends on would be another thing then.
    """
    annotations = effective(params, dataset)["annotations"]
    n_shards = tuple(dataset_entry(params, dataset)["shards"].items())
    if annotations["source"] == FILE:
        return n_shards, ((None, annotations["file"]),), tuple(annotations["split"].items())
    files = annotations["files"] if annotations["source"] == "files" else None
    if annotations["source"] == ARCHIVE:
        files = {split: annotation_file(params, dataset, split) for split in SPLITS}
    return n_shards, None if files is None else tuple(files.items()), ()


@cache
def _label_files(folder: str) -> dict[str, str]:
    """The labels beside the audio of a folder, looked for once for all jobs of a run."""
    return label_files(Path(folder))


@cache
def _by_shard(
    folder: str, split: str, n_shards: Items, files: Items | None, drawn: Items
) -> dict[str, list[str]]:
    """The files of a folder by shard, listed once for all jobs of a run."""
    known = None if files is None else _known_clips(files, n_shards, drawn)
    return files_by_shard(list_files(folder), split, dict(n_shards)[split], known)


@cache
def _of_any_shard(folder: str, n_shards: Items, files: Items | None, drawn: Items) -> list[str]:
    if files is not None and _known_clips(files, n_shards, drawn) is not None:
        return []
    return _as_inputs(folder, filter(may_be_of_any_shard, list_files(folder)))


@cache
def _known_clips(files: Items, n_shards: Items, drawn: Items) -> list[dict[str, Any]] | None:
    """The clips that annotation files name; None where the files are not right."""
    # Not above: it loads the forms, which the check of parameters proves to be whole.
    from audiophrase.annotations.named_clips import named_clips
    from audiophrase.annotations.parameters import SplitParams

    try:
        return named_clips(
            dict(files), dict(n_shards), SplitParams(**dict(drawn)) if drawn else None
        )
    except AudiophraseError:
        return None  # the job that reads them says what is wrong


def _with_paths(params: Params, dataset: str) -> dict[str, Any]:
    """All sections of a data set whose files are named: refused where they are not."""
    require_paths(params, dataset)
    return effective(params, dataset)


def _existing(path: str, key: str) -> str:
    if not os.path.isfile(path):
        raise AudiophraseError(
            f"there is no file {path}",
            f"fix {key} of the data set; paths count from the working folder",
        )
    return path
