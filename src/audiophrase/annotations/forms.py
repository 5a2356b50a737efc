"""The two forms of AudioGrounding files, read as the same rows: one phrase of one caption each.

v1: an object of columns, each an object keyed by row number. v2: a list of captions, each with a
list of its phrases. Only the shape of a file is checked here; what its rows say is checked by
`audiophrase.annotations.audiogrounding`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from audiophrase.errors import AnnotationError

COLUMNS = ("audiocap_id", "filename", "caption", "tokens", "soundtag", "start_word", "timestamps")
_V2_KEYS = ("audiocap_id", "audio_id", "tokens", "phrases")
_V2_PHRASE_KEYS = ("phrase", "start_index", "end_index", "segments")
_V2_NAMES = {
    "filename": "audio_id",
    "soundtag": "phrase",
    "start_word": "start_index",
    "end_word": "end_index",
    "timestamps": "segments",
}
_UNKNOWN_INDEX = -1  # what v2 writes where a phrase occurs twice in its caption
_Y_AND_YOUTUBE_ID = re.compile(r"Y([0-9A-Za-z_-]{11}_\d.*)", re.DOTALL)
# Where the tokeniser of the published files cut punctuation and possessives off.
_CUT_OFF = re.compile(r" (?=[,;.:!?](?: |$)|'s(?: |$))|(?<=s) (?='(?: |$))")
_MAX_KEY = 40
_SEE = "see docs/own-data.md for the two forms"


@dataclass(frozen=True, slots=True)
class Row:
    """One phrase, under v1's names; `phrase` is None for a caption without any."""

    where: str  # as told to the user
    filename: Any
    audiocap_id: Any
    caption: Any
    tokens: Any
    soundtag: Any = None
    start_word: Any = None  # of the first token; None: v2 does not know it
    end_word: Any = None  # of the last token; None: not told
    timestamps: Any = None
    is_phrase: bool = True
    is_v2: bool = False

    def told(self, field: str) -> str:
        """What the row's own form calls a field."""
        return _V2_NAMES.get(field, field) if self.is_v2 else field


def rows(content: Any, split: str) -> Iterator[Row]:
    """The rows of one split's file, in the order of the file.

    Raises:
        AnnotationError: the file has neither form, or no rows.
    """
    if isinstance(content, list):
        return _of_list(content, split)
    return _of_columns(content, split)


def _of_columns(columns: Any, split: str) -> Iterator[Row]:
    if not isinstance(columns, dict) or not all(isinstance(c, dict) for c in columns.values()):
        raise AnnotationError(
            f"{split}.json is neither an object of columns nor a list of captions", _SEE
        )
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise AnnotationError(f"{split}.json lacks the column {', '.join(missing)}", _SEE)
    keys = list(columns["filename"])
    for name in COLUMNS:
        if set(columns[name]) != set(keys):
            raise AnnotationError(
                f"{split}.json: the column '{name}' has other rows than 'filename'",
                "mend the annotation file",
            )
    if not keys:
        raise AnnotationError(f"{split}.json has no rows", "every split needs at least one clip")
    for key in keys:
        shown = key if len(key) <= _MAX_KEY and key.isprintable() else f"{key[:_MAX_KEY]!r}…"
        yield Row(where=f"row {shown}", **{name: columns[name][key] for name in COLUMNS})


def _of_list(captions: list[Any], split: str) -> Iterator[Row]:
    if not captions:
        raise AnnotationError(f"{split}.json has no rows", "every split needs at least one clip")
    for number, caption in enumerate(captions):
        _require_keys(caption, _V2_KEYS, f"{split}.json, row {number}")
        phrases, where = caption["phrases"], f"row {number}"
        if not isinstance(phrases, list):
            raise AnnotationError(f"{split}.json, {where}: 'phrases' is not a list", _SEE)
        tokens = caption["tokens"]
        tokens = tokens.split() if isinstance(tokens, str) else tokens
        shared = {
            "filename": _filename(caption["audio_id"]),
            "audiocap_id": caption["audiocap_id"],
            "caption": caption["caption"] if "caption" in caption else _joined(tokens),
            "tokens": tokens,
            "is_v2": True,
        }
        if not phrases:
            yield Row(where=where, is_phrase=False, **shared)
        for index, phrase in enumerate(phrases):
            _require_keys(phrase, _V2_PHRASE_KEYS, f"{split}.json, {where}, phrase {index}")
            start, end = phrase["start_index"], phrase["end_index"]
            is_known = start != _UNKNOWN_INDEX
            yield Row(
                where=f"{where}, phrase {index}",
                soundtag=phrase["phrase"],
                start_word=start if is_known else None,
                end_word=end if is_known else None,
                timestamps=phrase["segments"],
                **shared,
            )


def _require_keys(value: Any, keys: tuple[str, ...], where: str) -> None:
    if not isinstance(value, dict):
        raise AnnotationError(f"{where} is not an object", _SEE)
    missing = [key for key in keys if key not in value]
    if missing:
        raise AnnotationError(f"{where} lacks {', '.join(missing)}", _SEE)


def _filename(audio_id: Any) -> Any:
    """v2 puts a Y before the id, as AudioSet's file names do; v1 does not."""
    found = _Y_AND_YOUTUBE_ID.fullmatch(audio_id) if isinstance(audio_id, str) else None
    return found[1] if found else audio_id


def _joined(tokens: Any) -> Any:
    """A caption's text from its tokens, as v1 has it beside them: v2 keeps the tokens alone."""
    if not isinstance(tokens, list) or not all(isinstance(token, str) for token in tokens):
        return ""  # refused with the tokens
    return _CUT_OFF.sub("", " ".join(tokens))
