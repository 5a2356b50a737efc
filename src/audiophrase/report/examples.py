"""Which clips the figures show: those with the most to see."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from audiophrase.errors import ArtifactError, ParamsError

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """A phrase of a caption and when it is heard."""

    phrase: str
    phrase_id: str
    segments_s: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A clip with one of its captions."""

    clip_id: str
    caption: str
    events: tuple[Event, ...]


def chosen(
    captions: pa.Table,
    phrases: pa.Table,
    clips: Iterable[str],
    *,
    rank: int,
    phrase_ids: Container[str] | None = None,
) -> list[Example]:
    """The ranked examples from `rank` on, which is figures.example_clip; the first is 0.

    Where the data set has no phrase at all, captions need none.

    Args:
        clips: ids of the test clips to choose from.
        phrase_ids: of the phrases to look at; None for all.

    Raises:
        ArtifactError: no clip has a caption with phrases, or any where there are no phrases.
        ParamsError: there are not that many examples.
    """
    clips = set(clips)

    def rows(table: pa.Table) -> list[Row]:
        of_clips = pc.is_in(table["clip_id"], pa.array(sorted(clips), pa.string()))
        # In a study, a training clip may have the id of a test clip.
        return table.filter(pc.and_(of_clips, pc.equal(table["split"], "test"))).to_pylist()

    examples = ranked(
        rows(captions),
        [row for row in rows(phrases) if phrase_ids is None or row["phrase_id"] in phrase_ids],
        clips,
        needs_phrases=phrases.num_rows > 0,
    )
    in_question = "audio and a caption" + (" with phrases" if phrases.num_rows else "")
    if not examples:
        raise ArtifactError(
            f"no test clip has {in_question}",
            "see the availability table for the clips, annotations/counts.csv for the phrases",
        )
    if rank >= len(examples):
        raise ParamsError(
            f"figures.example_clip is {rank}, but only {len(examples)} test clips have "
            f"{in_question}",
            "choose a lower rank; the first is 0",
        )
    return examples[rank:]


def ranked(
    captions: Iterable[Row],
    phrases: Iterable[Row],
    clips: Container[str],
    *,
    needs_phrases: bool = True,
) -> list[Example]:
    """One example a clip, those with the most distinct phrases first, ties by clip id.

    A clip stands there with the caption of most distinct phrases, of equal ones with the first.
    Only clips among `clips` are taken, and captions with a phrase, if they need one.
    """
    phrases_of: dict[str, list[Row]] = {}
    for row in phrases:
        phrases_of.setdefault(row["caption_id"], []).append(row)
    richest: dict[str, Example] = {}
    for row in captions:
        clip_id = row["clip_id"]
        of_caption = phrases_of.get(row["caption_id"], [])
        if clip_id not in clips or (needs_phrases and not of_caption):
            continue
        example = Example(clip_id, row["caption"], _events(of_caption))
        if clip_id not in richest or len(example.events) > len(richest[clip_id].events):
            richest[clip_id] = example
    return sorted(richest.values(), key=lambda example: (-len(example.events), example.clip_id))


def _events(rows: Iterable[Row]) -> tuple[Event, ...]:
    """Distinct phrases in the order of the caption; a repeated one has the segments of all."""
    events: dict[str, Event] = {}
    for row in sorted(rows, key=lambda row: row["first_token"]):
        heard = {(s["onset_s"], s["offset_s"]) for s in row["segments"]}
        heard = {(onset_s, offset_s) for onset_s, offset_s in heard if offset_s > onset_s}
        known = events.get(row["phrase"])
        segments_s = tuple(sorted(heard | set(known.segments_s if known else ())))
        phrase_id = known.phrase_id if known else row["phrase_id"]
        events[row["phrase"]] = Event(row["phrase"], phrase_id, segments_s)
    return tuple(events.values())
