"""Clips that the demo marks as withdrawn, so that its availability audit has something to show."""

import hashlib
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from audiophrase.clips.availability import State
from audiophrase.clips.shards import Failure
from audiophrase.errors import ParamsError

_CAUSES = (
    Failure(State.MISSING, "permanent-removed", "the uploader has removed the video"),
    Failure(State.RESTRICTED, "private", "the video is private"),
    Failure(State.MISSING, "account-terminated", "the uploader's account has been terminated"),
    Failure(State.GEO_BLOCKED, "geo-blocked", "the video is not available in this country"),
    Failure(State.MISSING, "copyright-blocked", "the video is blocked on copyright grounds"),
    Failure(State.RESTRICTED, "age-restricted", "the video asks for a confirmed age"),
)


def withdrawn_clips(
    clips: Iterable[Mapping[str, Any]], n_withdrawn: Mapping[str, int], seed: int
) -> dict[str, Failure]:
    """Which clips of each split are marked, and as what; drawn by hash, causes in turn.

    Args:
        clips: rows of clips.parquet.
        n_withdrawn: how many, by split.

    Raises:
        ParamsError: that would leave a split without clips.
    """
    chosen: dict[str, Failure] = {}
    causes = itertools.cycle(_CAUSES)
    clips = list(clips)
    for split, n in n_withdrawn.items():
        ids = [clip["clip_id"] for clip in clips if clip["split"] == split]
        if ids and n >= len(ids):
            raise ParamsError(
                f"retrieve.render.n_withdrawn marks {n} clips of the split {split} as withdrawn, "
                f"which has {len(ids)}",
                f"lower it for the data set: retrieve: {{render: {{n_withdrawn: {{{split}: 0}}}}}}",
            )
        ids.sort(key=lambda clip_id: hashlib.sha256(f"{seed} {clip_id}".encode()).digest())
        for clip_id, cause in zip(ids[:n], causes, strict=False):
            message = f"as if {cause.message} (marked by the rendered data set)"
            chosen[clip_id] = Failure(cause.state, cause.reason, message)
    return chosen
