"""What the annotations hold, and what is odd about them, in numbers."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa

from audiophrase.annotations.parsing import TOLERANCE_S
from audiophrase.annotations.words import stands_at
from audiophrase.splits import SPLITS

FULL_LENGTH_S = 10.0  # of a clip of AudioSet, where the recording is that long


def counts(tables: Mapping[str, pa.Table]) -> pd.DataFrame:
    """A line for each thing counted, a column for each split, and one for all.

    Of a list of clips, which has no captions, the clips alone are counted.

    Args:
        tables: `clips`, `captions` and `phrases` as `parsing.parse` returns them.
    """
    clips, captions, phrases = (
        tables[name].to_pandas(use_threads=False) for name in ("clips", "captions", "phrases")
    )
    tokens = dict(zip(captions["caption_id"], captions["tokens"], strict=True))
    length_s = (clips["end_s"] - clips["start_s"]).round(6)
    is_repeated = captions.duplicated(["clip_id", "caption"])
    unheard = [_is_unheard(segments) for segments in phrases["segments"]]
    elsewhere = [
        not stands_at(row.phrase, tokens[row.caption_id], row.first_token)
        for row in phrases.itertuples()
    ]
    empty = [
        any(s["onset_s"] == s["offset_s"] > 0 for s in segments) for segments in phrases["segments"]
    ]
    length_of = dict(zip(clips["clip_id"], length_s, strict=True))
    beyond = [
        any(s["offset_s"] > length_of[row.clip_id] + TOLERANCE_S for s in row.segments)
        for row in phrases.itertuples()
    ]
    chosen = {
        "clips": clips,
        "captions": captions,
        "phrases": phrases,
        "phrases never heard (the single segment [0, 0], or none)": phrases[
            np.array(unheard, bool)
        ],
        "phrases elsewhere in their caption than their index says": phrases[
            np.array(elsewhere, bool)
        ],
        "phrases with a segment of no length that is not [0, 0]": phrases[np.array(empty, bool)],
        "phrases with a segment beyond their clip's end (cut there)": phrases[
            np.array(beyond, bool)
        ],
        "captions equal to an earlier one of their clip": captions[is_repeated],
        "clips without any phrase": clips[~clips["clip_id"].isin(phrases["clip_id"])],
        f"clips annotated as shorter than {FULL_LENGTH_S:g} s": clips[length_s < FULL_LENGTH_S],
        "ids that begin with -": clips[clips["youtube_id"].str.startswith("-")],
        "ids that contain - or _": clips[clips["youtube_id"].str.contains("[-_]")],
    }
    lines = []
    for what, rows in chosen.items():
        if captions.empty and ("caption" in what or "phrase" in what):
            continue
        of_split = rows["split"].value_counts()
        by_split = {split: int(of_split.get(split, 0)) for split in SPLITS}
        lines.append({"what": what, **by_split, "all": sum(by_split.values())})
    return pd.DataFrame(lines)


def _is_unheard(segments) -> bool:
    return all(segment["onset_s"] == segment["offset_s"] == 0 for segment in segments)
