"""Whether what is made to be looked at, the page and the explorer, may carry the clips' sound."""

from collections.abc import Mapping
from typing import Any

from audiophrase.params import dataset_entry, effective
from audiophrase.params.consistency import sources_of
from audiophrase.params.studies import members


def carries_sound(params: Mapping[str, Any], dataset: str) -> bool:
    """What `figures.audio` says; where it says nothing, whether the clips may be passed on.

    Rendered clips may, and recordings out of the user's own folder, which are the user's to pass on
    or not. Clips of YouTube may not, whatever a remote of the user's own is given, nor those of a
    data set whose `push_clips` is false. A study's are those of the sets it is tested on. Raises ParamsError for an unknown name.
    """
    said = effective(params, dataset)["figures"]["audio"]
    if said is not None:
        return said
    entries = [dataset_entry(params, name) for name in members(params, dataset)["test"]]
    return all(
        "youtube" not in sources_of(entry) and entry.get("push_clips", True) for entry in entries
    )
