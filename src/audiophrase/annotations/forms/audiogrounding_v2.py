"""AudioGrounding v2: a list of captions, each with a list of its phrases.

    [{"audiocap_id": 7, "audio_id": "Yr3kQ-x_7Qab.wav", "tokens": "a dog barks",
      "phrases": [{"phrase": "a dog", "start_index": 0, "end_index": 1, "segments": [[0.5, 1.0]]}]}]

As published, `audio_id` holds no times: the clip is the whole file, ten seconds that AudioSet cut
out of a video at a place that the form does not tell. Names with times, `ID_START_END.wav`, are read
too. `tokens` and `phrase` are lists or texts; a `caption` gives its text, which is else put together
from the tokens, and then `tokens` may be left out; so may `phrases`.
"""

import re
from collections.abc import Iterator
from typing import Any

from audiophrase.annotations.clip_names import Clip, timed_clip, whole_clip
from audiophrase.annotations.rows import Phrase, Row
from audiophrase.errors import AnnotationError

SHAPE = "a list of captions, each an object {audiocap_id, audio_id, tokens, phrases}"
FIELDS = {
    "filename": "audio_id",
    "caption_id": "audiocap_id",
    "first_token": "start_index",
    "last_token": "end_index",
}
_KEYS = ("audiocap_id", "audio_id")
_PHRASE_KEYS = ("phrase", "start_index", "end_index", "segments")
_UNKNOWN_INDEX = -1  # where a phrase occurs twice in its caption
_WHOLE_FILE = re.compile(r"Y([0-9A-Za-z_-]{11})\.\w{1,8}")
_Y_AND_TIMED = re.compile(r"Y([0-9A-Za-z_-]{11}_\d.*)", re.DOTALL)
_SEE = "see docs/own-data.md for the form"


def recognises(content: Any) -> bool:
    """Whether it is a list in which an item names its audio, or has phrases."""
    return isinstance(content, list) and any(
        isinstance(item, dict) and item.keys() & {"audio_id", "phrases"} for item in content
    )


def rows(content: Any, file: str) -> Iterator[Row]:
    """A row for each phrase, and one for each caption without any, in the order of the file."""
    for number, caption in enumerate(content):
        where = f"row {number}"
        _require_keys(caption, _KEYS, f"{file}, {where}")
        if caption.get("tokens") is None and caption.get("caption") is None:
            raise AnnotationError(f"{file}, {where} lacks tokens and caption", _SEE)
        phrases = caption.get("phrases", [])
        if not isinstance(phrases, list):
            raise AnnotationError(f"{file}, {where}: 'phrases' is not a list", _SEE)
        tokens = caption.get("tokens")
        shared = {
            "filename": caption["audio_id"],
            "caption_id": caption["audiocap_id"],
            "caption": caption.get("caption"),
            "tokens": tokens.split() if isinstance(tokens, str) else tokens,
        }
        if not phrases:
            yield Row(where, **shared)
        for index, phrase in enumerate(phrases):
            _require_keys(phrase, _PHRASE_KEYS, f"{file}, {where}, phrase {index}")
            yield Row(f"{where}, phrase {index}", **shared, phrase=_phrase(phrase))


def clip(filename: str) -> Clip:
    """`Y{id}.wav` is the whole file; any other name is v1's, with or without AudioSet's Y."""
    if whole := _WHOLE_FILE.fullmatch(filename):
        return whole_clip(whole[1], filename)
    timed = _Y_AND_TIMED.fullmatch(filename)
    try:
        return timed_clip(timed[1] if timed else filename)
    except ValueError as error:
        raise ValueError(f"{error}, nor Y and an id of YouTube, Y[ID].wav") from None


def _phrase(phrase: dict[str, Any]) -> Phrase:
    text = phrase["phrase"]
    if isinstance(text, list) and all(isinstance(word, str) for word in text):
        text = " ".join(text)
    is_known = phrase["start_index"] != _UNKNOWN_INDEX
    indices = (phrase["start_index"], phrase["end_index"]) if is_known else (None, None)
    return Phrase(text, phrase["segments"], *indices)


def _require_keys(value: Any, keys: tuple[str, ...], where: str) -> None:
    if not isinstance(value, dict):
        raise AnnotationError(f"{where} is not an object", _SEE)
    missing = [key for key in keys if key not in value]
    if missing:
        raise AnnotationError(f"{where} lacks {', '.join(missing)}", _SEE)
