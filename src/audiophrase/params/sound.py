"""Whether what is made to be looked at, the page and the explorer, may carry the clips' sound."""

from collections.abc import Mapping
from typing import Any

from audiophrase.params import dataset_entry, effective
from audiophrase.params.consistency import clip_sources


def carries_sound(params: Mapping[str, Any], dataset: str) -> bool:
    """What `figures.audio` says; where it says nothing, whether the clips may be passed on.

    Rendered clips may, and recordings out of the user's own folder, which are the user's to pass on
    or not. Clips of YouTube may not, whatever a remote of the user's own is given, nor those of a
    data set whose `push_clips` is false. Raises ParamsError for an unknown name.
    """
    said = effective(params, dataset)["figures"]["audio"]
    if said is not None:
        return said
    entry = dataset_entry(params, dataset)
    return "youtube" not in clip_sources(entry["clips"]) and entry.get("push_clips", True)
