"""Retrieval query by query: where the true item stands, and what was taken for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
N_CONFUSIONS = 50


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of clips and captions by their ids, and each caption's clip."""

    clip: Mapping[str, int]
    caption: Mapping[str, int]
    clip_of_caption: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Ranks from one, by number; what has no words, or was not evaluated, is in none of them."""

    clip_rank: Mapping[int, int]  # of a clip's best own caption among all captions
    caption_rank: Mapping[int, int]  # of a caption's clip among all clips
    first_captions: Mapping[int, list[list[float]]]  # clip -> [caption, score], the best first
    confusions: list[dict]  # captions that another clip suits better, the worst first


def retrieval(rows: Iterable[Row], numbers: Numbers) -> Retrieval:
    """What the table of rankings says, by numbers."""
    clip_rank, caption_rank, first_captions, confusions = {}, {}, {}, []
    for row in rows:
        if row["direction"] == "audio_to_caption":
            clip = numbers.clip[row["query_id"]]
            clip_rank[clip] = row["rank"]
            first_captions[clip] = [
                [numbers.caption[item], round(score, 4)]
                for item, score in zip(row["first_ids"], row["scores"], strict=True)
            ]
            continue
        caption = numbers.caption[row["query_id"]]
        caption_rank[caption] = row["rank"]
        own = numbers.clip_of_caption[caption]
        others = (n for n in map(numbers.clip.__getitem__, row["first_ids"]) if n != own)
        if row["rank"] > 1 and (instead := next(others, None)) is not None:
            confusions.append({"caption": caption, "instead": instead, "rank": row["rank"]})
    confusions.sort(key=lambda each: (-each["rank"], each["caption"]))
    return Retrieval(clip_rank, caption_rank, first_captions, confusions[:N_CONFUSIONS])
