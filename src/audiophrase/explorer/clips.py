"""The clips that the explorer shows: those of the test split with features, with what is said of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from audiophrase.clips.file_names import file_names

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a caption, and when it is heard."""

    phrase_id: str
    text: str
    words: tuple[int, ...]  # word ids
    segments: tuple[Mapping[str, float], ...]  # `onset_s`, `offset_s`


@dataclass(frozen=True, slots=True)
class Caption:
    """A caption with its phrases, in the order of its words."""

    caption_id: str
    text: str
    words: tuple[int, ...]
    phrases: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip with its captions."""

    clip_id: str
    name: str  # as it is shown: of a whole file the file's, else the id
    captions: tuple[Caption, ...]


def assembled(
    clip_ids: Sequence[str],
    clips: Iterable[Row],
    captions: Iterable[Row],
    phrases: Iterable[Row],
    words_of_captions: Mapping[str, Sequence[int]],
    words_of_phrases: Mapping[str, Sequence[int]],
) -> list[Clip]:
    """The clips in the order of their ids' list, those without a caption among them.

    Args:
        clips, captions, phrases: rows of the tables of annotations; of other clips they are passed over.
        words_of_captions, words_of_phrases: word ids by caption id and by phrase id.
    """
    of_caption: dict[str, list[Row]] = {}
    for row in phrases:
        of_caption.setdefault(row["caption_id"], []).append(row)
    of_clip: dict[str, list[Caption]] = {}
    for row in captions:
        caption_id = row["caption_id"]
        own = sorted(of_caption.get(caption_id, ()), key=lambda phrase: phrase["first_token"])
        of_clip.setdefault(row["clip_id"], []).append(
            Caption(
                caption_id,
                row["caption"],
                tuple(words_of_captions[caption_id]),
                tuple(
                    Phrase(
                        phrase["phrase_id"],
                        phrase["phrase"],
                        tuple(words_of_phrases[phrase["phrase_id"]]),
                        tuple(phrase["segments"]),
                    )
                    for phrase in own
                ),
            )
        )
    files = file_names(clips)
    return [
        Clip(clip_id, files.get(clip_id, clip_id), tuple(of_clip.get(clip_id, ())))
        for clip_id in clip_ids
    ]
