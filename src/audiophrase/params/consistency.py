"""What no schema can say of parameters: whether those of a data set can work together."""

import math
import os
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec

from audiophrase.errors import ParamsError
from audiophrase.parameters.sections import SECTIONS
from audiophrase.params.front_ends import chosen, settings_of
from audiophrase.params.sources import ARCHIVE, FILE, LIST, named_source, sources_of

Problem = tuple[str, str]  # what is wrong, and what to do

# Folders of the project in which our own commands write and delete.
_OURS = ("data", "results")


def check_consistency(dataset: str, entry: Mapping[str, Any], sections: Mapping[str, Any]) -> None:
    """Refuse what would only fail in a job. Raises ParamsError.

    Args:
        sections: all sections as they hold for the data set.
    """
    problems = chain(
        _of_sources(entry, sections),
        _of_features(sections),
        _of_training(sections),
        _of_evaluation(sections),
    )
    for problem, remedy in problems:
        raise ParamsError(f"data set '{dataset}': {problem}", remedy)


def _of_sources(entry: Mapping[str, Any], sections: Mapping[str, Any]) -> Iterator[Problem]:
    """Of where annotations and clips come from."""
    sources, folder = sources_of(entry), sections["retrieve"]["folder"]
    if "local" in sources and folder and (inside := _folder_of_ours(folder)):
        yield (
            f"retrieve.folder {folder} lies in {inside}/, where artifacts are made and deleted",
            "move the recordings to a folder of their own, such as recordings/, and name that",
        )
    own = entry.get("annotations", {})
    named = named_source(entry)
    beside = [key for key in ("files", FILE, LIST) if own.get(key) and key != named]
    if named and (beside or own.get("source", named) != named):
        yield (
            f"annotations.{named} is named beside another source of annotations",
            "keep one of list, for clips without captions, file, for one of all splits, and files",
        )
    split = sections["annotations"]["split"]
    if split["val"] + split["test"] >= 1:
        yield "annotations.split.val and test leave nothing to train on", "lower them"
    if sections["annotations"]["source"] == LIST and "rendered" in sources:
        yield (
            "clips is 'rendered', but a list of clips says nothing of what is heard",
            "name clips: youtube, or local with retrieve.folder",
        )
    if sections["annotations"]["source"] == ARCHIVE and sources != ("local",):
        yield (
            (
                f"clips is not 'local', but the clips of {ARCHIVE} are whole files, at places in their "
                "videos that are not known"
            ),
            "name clips: local; its audio is downloaded, or lies in retrieve.folder",
        )
    if "youtube" in sources and not sections["retrieve"]["canaries"]:
        yield (
            "clips is 'youtube' but retrieve.canaries is empty",
            "name one or more videos that are sure to stay: without them nothing can be told apart",
        )


def _of_features(sections: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the front end."""
    features, front_end = sections["features"], chosen(sections)
    if features["fmin_hz"] >= features["fmax_hz"]:
        yield "features.fmin_hz is not below features.fmax_hz", "swap them"
    rate_hz = None if "sample_rate_hz" in front_end.without else features["sample_rate_hz"]
    has_rate = front_end.section == "features" and "sample_rate_hz" not in front_end.without
    if has_rate and rate_hz is None:
        yield (
            f"features.sample_rate_hz is null, but features.front_end is '{features['front_end']}'",
            "choose features.front_end: log-mel-native, which keeps each file's own rate",
        )
    if rate_hz is not None and features["fmax_hz"] > rate_hz / 2:
        yield (
            (
                f"features.fmax_hz {features['fmax_hz']} lies above half of "
                f"features.sample_rate_hz {rate_hz}"
            ),
            "lower the one or raise the other",
        )
    if features["hop_s"] * (rate_hz or 8000) < 1:
        yield "features.hop_s is shorter than a sample", "lengthen the hop"
    if features["hop_s"] > features["window_s"]:
        yield "features.hop_s is longer than features.window_s", "shorten the hop"


def _of_training(sections: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the encoder, which is to take the features and to meet the word vectors."""
    features, text, front_end = sections["features"], sections["text"], chosen(sections)
    hop_s = settings_of(front_end, sections)[front_end.section]["hop_s"]
    encoder = sections["train"]["encoder"]
    params = msgspec.convert(sections["train"][encoder], SECTIONS[f"train.{encoder}"])
    yield from params.problems(
        # What params.yaml does not tell, training knows from the features.
        n_features=features[front_end.n_values] if front_end.n_values else None,
        n_frames=1 + math.floor(sections["retrieve"]["min_length_s"] / hop_s),
        n_dimensions=text["word2vec"]["n_dimensions"] if text["vectors"] == "trained" else None,
    )


def _of_evaluation(sections: Mapping[str, Any]) -> Iterator[Problem]:
    """Of the thresholds of detection."""
    thresholds = sections["evaluate"]["sed"]["thresholds"]
    if thresholds["first"] > thresholds["last"]:
        yield "evaluate.sed.thresholds.first lies above last", "swap them"


def _folder_of_ours(folder: str) -> str | None:
    """Which of the project's own folders a path lies in, links followed, or None."""
    resolved = os.path.realpath(folder)
    for name in _OURS:
        own = os.path.realpath(name)
        if os.path.commonpath([resolved, own]) == own:
            return name
    return None
