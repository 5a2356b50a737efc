"""What a job is handed of the parameters: the keys that change its bytes, and no others."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from audiophrase.clip_ids import shard_names
from audiophrase.errors import AudiophraseError
from audiophrase.features.parameters import FRONT_ENDS
from audiophrase.parameters.sections import select
from audiophrase.params import dataset_entry, effective
from audiophrase.params.front_ends import settings_of
from audiophrase.params.studies import all_members, is_study
from audiophrase.params.unknown import unknown_name
from audiophrase.settings import PAPER_VARIANT

# Which part of `text` matters besides, by where its vectors come from.
_OF_VECTORS = {"trained": ("text.word2vec",), "google-news": ("text.google_news",)}


def front_end_of(
    params: Mapping[str, Any],
    dataset: str,
    variant: str | None = None,
    front_end: str | None = None,
) -> str:
    """The name of a job's front end: which it runs, or whose features it reads.

    What is no variant's, such as a figure, shows the paper's.
    """
    if front_end is not None:
        return front_end
    return effective(params, dataset, variant or PAPER_VARIANT)["features"]["front_end"]


def require_part(params: Mapping[str, Any], dataset: str, **wildcards: str) -> None:
    """Refuse a job for a shard or a seed that a data set has not. Raises AudiophraseError."""
    if shard := wildcards.get("shard"):
        require_own_clips(params, dataset)
        known = shard_names(dataset_entry(params, dataset)["shards"])
        if shard not in known:
            split = shard.partition("-")[0]
            raise unknown_name("shard", shard, (name for name in known if name.startswith(split)))
    if seed := wildcards.get("seed"):
        seeds = effective(params, dataset, wildcards.get("variant"))["train"]["seeds"]
        if seed not in map(str, seeds):
            raise unknown_name("seed", seed, map(str, seeds))


def require_own_clips(params: Mapping[str, Any], dataset: str) -> None:
    """Refuse to make clips or features of a study. Raises AudiophraseError."""
    if is_study(dataset_entry(params, dataset)):
        names = ", ".join(all_members(params, dataset))
        raise AudiophraseError(
            f"'{dataset}' is a study and has no clips or features of its own",
            f"ask for those of the data sets that it is made of: {names}",
        )


def settings_json(
    params: Mapping[str, Any],
    names: Sequence[str],
    dataset: str,
    variant: str | None = None,
    front_end: str | None = None,
) -> str:
    """The settings of the named sections as a job is handed them, JSON with sorted keys.

    `text` stands for all of that section, where Word2Vec's settings count if vectors are trained,
    and the pinned file if they are downloaded; `train` likewise, with those of its encoder and its
    loss; `retrieve`, with the renderer's if clips are rendered; `features` for the settings of the
    job's front end.

    Raises:
        KeyError: there is no such section.
    """
    sections = effective(params, dataset, variant)
    chosen = [name for name in names if name != "features"]
    if "text" in names:
        chosen += ["text.normalise", *_OF_VECTORS.get(sections["text"]["vectors"], ())]
    if "train" in names:
        chosen += [f"train.{sections['train'][part]}" for part in ("encoder", "loss")]
    if "retrieve" in names and dataset_entry(params, dataset).get("clips") == "rendered":
        chosen.append("retrieve.render")
    settings = select(sections, *chosen)
    if "features" in names:
        name = front_end_of(params, dataset, variant, front_end)
        settings |= settings_of(FRONT_ENDS[name], sections)
    return json.dumps(settings, sort_keys=True)
