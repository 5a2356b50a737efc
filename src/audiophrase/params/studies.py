"""Studies: entries of `datasets` whose splits are those of other entries.

    across: {title: …, splits: {train: captions, test: grounding}}

A split is the split of that name of the data set, or of each of several; without `val`, it is that of
the sets that are trained on.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from audiophrase.errors import ParamsError
from audiophrase.params.front_ends import chosen, file_of, settings_of
from audiophrase.params.sources import LIST
from audiophrase.params.unknown import unknown_name
from audiophrase.splits import SPLITS

STUDY = "study"  # where a study's annotations come from

Params = Mapping[str, Any]
Sections = Mapping[str, Any]

# Keys of an entry that say where clips come from and what is said of them, which are the members'.
_OF_MEMBERS = ("clips", "shards", "push_clips", "annotations", "retrieve")


def is_study(entry: Mapping[str, Any]) -> bool:
    """Whether an entry of `datasets` is a study over others."""
    return "splits" in entry


def members(params: Params, dataset: str) -> dict[str, list[str]]:
    """The data sets that each split comes from: of an ordinary one, itself."""
    entry = params["datasets"][dataset]
    if not is_study(entry):
        return {split: [dataset] for split in SPLITS}
    named = entry["splits"]
    values = {split: named.get(split, named["train"]) for split in SPLITS}
    return {s: [value] if isinstance(value, str) else list(value) for s, value in values.items()}


def all_members(params: Params, dataset: str) -> list[str]:
    """The data sets that any split comes from, each once."""
    by_split = members(params, dataset)
    return list(dict.fromkeys(name for split in SPLITS for name in by_split[split]))


def check_study(
    params: Params,
    dataset: str,
    *,
    variants_of: Callable[[Params, str], list[str]],
    effective: Callable[..., Sections],
) -> None:
    """Refuse a study whose members cannot be used together. Raises ParamsError.

    Args:
        variants_of: the variants that a data set is run in.
        effective: all sections as they hold for a data set, and for a variant where one is named.
    """
    entries = params["datasets"]

    def refuse(problem: str, remedy: str) -> None:
        raise ParamsError(f"data set '{dataset}' is a study: {problem}", remedy)

    if barred := [key for key in _OF_MEMBERS if key in entries[dataset]]:
        refuse(
            f"it takes its clips and captions from the data sets under `splits`, so it cannot set "
            f"{', '.join(barred)}",
            "leave that out here; set it at the data sets that the study names",
        )
    for name in all_members(params, dataset):
        if name not in entries:
            error = unknown_name("data set", name, entries)
            refuse(f"under `splits`: {error.problem}", error.remedy)
        if is_study(entries[name]):
            refuse(
                f"under `splits` it names '{name}', which is a study itself",
                f"name the data sets that '{name}' is made of",
            )
        if effective(params, name)["annotations"]["source"] == LIST:
            refuse(
                f"under `splits` it names '{name}', a list of clips without captions",
                "name a data set with captions",
            )
    for name in all_members(params, dataset):
        front_ends = {
            effective(params, name, variant)["features"]["front_end"]
            for variant in variants_of(params, name)
        }
        for variant in variants_of(params, dataset):
            sections = effective(params, dataset, variant)
            for line in _differing(name, front_ends, sections, effective(params, name)):
                refuse(*line)


def _differing(
    member: str, front_ends: set[str], study: Sections, of_member: Sections
) -> Iterator[tuple[str, str]]:
    """What is not alike of the features that a study reads and those that a member has.

    Args:
        front_ends: by which the member has features.
    """
    name = study["features"]["front_end"]
    if name not in front_ends:
        listed = ", ".join(sorted(front_ends))
        yield (
            f"features.front_end is '{name}', but '{member}' has features by {listed}",
            (
                f"have features.front_end alike for the study and for '{member}', in one of its variants "
                "at least"
            ),
        )
        return
    front_end = chosen(study)
    ours, theirs = (settings_of(front_end, each)[front_end.section] for each in (study, of_member))
    if front_end.file:
        ours[front_end.file], theirs[front_end.file] = (
            file_of(front_end, each) for each in (study, of_member)
        )
    for key in dict.fromkeys([*ours, *theirs]):
        if ours.get(key) != theirs.get(key):
            own, other = (_value(each, front_end.section, key) for each in (study, of_member))
            name = f"{front_end.section}.{key}"
            yield (
                f"{name} is {own}, but {other} for '{member}', whose features it reads",
                f"set {name} alike for the study and for '{member}'",
            )


def _value(sections: Sections, section: str, key: str) -> str:
    """A value as it holds, be it a default or not."""
    values: Any = sections
    for part in section.split("."):
        values = values[part]
    return repr(values[key])
