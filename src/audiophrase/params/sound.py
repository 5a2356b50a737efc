"""What clips sound like, rendered or recorded, and whether what is made to be looked at may carry it."""

from collections.abc import Mapping
from typing import Any

from audiophrase.params import dataset_entry, effective
from audiophrase.params.sources import sources_of
from audiophrase.params.studies import all_members, members


def carries_sound(params: Mapping[str, Any], dataset: str) -> bool:
    """What `figures.audio` says; where it says nothing, whether the clips may be passed on.

    Rendered clips may, and recordings out of the user's own folder, which are the user's to pass on
    or not. Clips of YouTube may not, whatever a remote of the user's own is given, nor those of a
    data set whose `push_clips` is false. A study's are those of the sets it is tested on.

    Raises ParamsError for an unknown name.
    """
    said = effective(params, dataset)["figures"]["audio"]
    if said is not None:
        return said
    entries = [dataset_entry(params, name) for name in members(params, dataset)["test"]]
    return all(
        "youtube" not in sources_of(entry) and entry.get("push_clips", True) for entry in entries
    )


def audio_of(params: Mapping[str, Any], dataset: str) -> str:
    """Whether clips are `rendered`, `recorded` or, in a study of both, `mixed`, for tables and figures.

    Raises ParamsError for an unknown name.
    """
    entries = [dataset_entry(params, name) for name in all_members(params, dataset)]
    is_rendered = {sources_of(entry) == ("rendered",) for entry in entries}
    return "mixed" if len(is_rendered) > 1 else "rendered" if is_rendered.pop() else "recorded"
