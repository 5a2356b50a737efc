"""AudioGrounding annotations: tables of clips, captions and phrases from the files of the splits.

Xu et al., "Text-to-audio grounding: building correspondence between captions and sound events",
ICASSP 2021. Rows come from `audiophrase.annotations.forms`; here each is checked by itself and
against the others.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from audiophrase.annotations.forms import Row, rows
from audiophrase.clip_ids import clip_id, parse_filename, shard_name
from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

MAX_FILE_BYTES = 1 << 28  # v1's largest file has 3.5 MB
N_LISTED = 10
_MAX_TOLD = 120  # characters of a bad value

CLIPS_SCHEMA = pa.schema(
    [
        ("clip_id", pa.string()),
        ("youtube_id", pa.string()),
        ("start_s", pa.float64()),
        ("end_s", pa.float64()),
        ("split", pa.string()),
        ("shard", pa.string()),
        ("filename", pa.string()),
    ]
)
CAPTIONS_SCHEMA = pa.schema(
    [
        ("caption_id", pa.string()),
        ("clip_id", pa.string()),
        ("split", pa.string()),
        ("caption", pa.string()),
        ("tokens", pa.list_(pa.string())),
    ]
)
PHRASES_SCHEMA = pa.schema(
    [
        ("phrase_id", pa.string()),
        ("caption_id", pa.string()),
        ("clip_id", pa.string()),
        ("split", pa.string()),
        ("phrase", pa.string()),
        ("first_token", pa.int32()),
        (
            "segments",
            pa.list_(pa.struct([("onset_s", pa.float64()), ("offset_s", pa.float64())])),
        ),
    ]
)


@dataclass(slots=True)
class Tables:
    """Rows of the three tables, by their key, in the order of the files."""

    clips: dict[str, dict[str, Any]] = field(default_factory=dict)
    captions: dict[str, dict[str, Any]] = field(default_factory=dict)
    phrases: dict[str, dict[str, Any]] = field(default_factory=dict)
    n_phrases: Counter[str] = field(default_factory=Counter)


def load(path: Path) -> Any:
    """The JSON of one annotation file. Raises AnnotationError."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise AnnotationError(
                f"{path} has more than {MAX_FILE_BYTES >> 20} MiB: no annotation file is that large",
                "name the annotation file",
            )
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnnotationError(
            f"there is no annotation file {path}",
            "mend annotations.files of the data set; paths count from the working folder",
        ) from None
    except (ValueError, RecursionError) as error:
        raise AnnotationError(
            f"{path} is not JSON: {error}", "mend it, or fetch it again"
        ) from None


def parse(content_of_split: Mapping[str, Any], n_shards: Mapping[str, int]) -> dict[str, pa.Table]:
    """Tables `clips`, `captions` and `phrases` from the JSON of each split, of either form.

    Raises:
        AnnotationError: naming split, row and field of the first bad rows, and how many there are.
    """
    tables = Tables()
    bad_rows: list[str] = []
    n_bad = 0
    for split in SPLITS:
        for row in rows(content_of_split[split], split):
            try:
                _add_row(tables, row, split, n_shards[split])
            except _FieldError as error:
                n_bad += 1
                if n_bad <= N_LISTED:
                    name = row.told(error.field)
                    bad_rows.append(f"{split}.json, {row.where}, field '{name}': {error.cause}")
    if n_bad:
        more = [f"… and {n_bad - N_LISTED:,} more"] if n_bad > N_LISTED else []
        listed = "\n".join(f"  - {line}" for line in [*bad_rows, *more])
        noun = "row of the annotations is" if n_bad == 1 else "rows of the annotations are"
        raise AnnotationError(
            f"{n_bad:,} {noun} not right:\n{listed}",
            "mend them in the annotation files (rows count from 0), then run the same command again",
        )
    return {
        "clips": pa.Table.from_pylist(list(tables.clips.values()), CLIPS_SCHEMA),
        "captions": pa.Table.from_pylist(list(tables.captions.values()), CAPTIONS_SCHEMA),
        "phrases": pa.Table.from_pylist(list(tables.phrases.values()), PHRASES_SCHEMA),
    }


def require_test_phrases(phrases: pa.Table) -> None:
    """Refuse, before any clip is fetched, what detection could not be measured on.

    Raises:
        AnnotationError: the test split has no phrase.
    """
    if "test" not in phrases["split"].unique().to_pylist():
        raise AnnotationError(
            "test.json has no phrases at all, so detection could not be measured",
            "annotate some (v1: soundtag and timestamps; v2: phrases), then run the same command "
            "again",
        )


def stands_at(phrase: str, tokens: Sequence[str], first: int) -> bool:
    """Whether the tokens from `first` on spell the phrase.

    However the phrase is cut into words: "high-pitched" stands at high, -, pitched.
    """
    wanted = "".join(phrase.split()).casefold()
    spelt = ""
    for index in range(first, len(tokens)):
        spelt += tokens[index].casefold()
        if spelt == wanted:
            return True
        if not wanted.startswith(spelt):
            return False
    return False


class _FieldError(Exception):
    def __init__(self, field_name: str, cause: str) -> None:
        super().__init__(cause)
        self.field, self.cause = field_name, cause


def _add_row(tables: Tables, row: Row, split: str, n_shards: int) -> None:
    """Check a whole row, then take it over: a bad one leaves nothing behind."""
    clip = _clip(row, split, n_shards)
    caption = _caption(row, clip)
    phrase = _phrase(row, caption) if row.is_phrase else None
    known = tables.clips.get(clip["clip_id"], clip)
    if known["split"] != split:
        raise _FieldError("filename", f"the clip is also in the split {known['split']}")
    caption_id = caption["caption_id"]
    if tables.captions.get(caption_id, caption) != caption:
        raise _FieldError(
            "audiocap_id", f"{_told(row.audiocap_id)} also stands at another caption or clip"
        )
    tables.clips.setdefault(clip["clip_id"], clip)
    tables.captions.setdefault(caption_id, caption)
    if phrase is not None:
        phrase_id = f"{caption_id}-{tables.n_phrases[caption_id]}"
        tables.n_phrases[caption_id] += 1
        tables.phrases[phrase_id] = {"phrase_id": phrase_id, **phrase}


def _clip(row: Row, split: str, n_shards: int) -> dict[str, Any]:
    _require_text(row, "filename")
    try:
        youtube_id, start_s, end_s = parse_filename(row.filename)
    except ValueError as error:
        raise _FieldError("filename", str(error)[: 2 * _MAX_TOLD]) from None
    identifier = clip_id(youtube_id, start_s, end_s)
    return {
        "clip_id": identifier,
        "youtube_id": youtube_id,
        "start_s": start_s,
        "end_s": end_s,
        "split": split,
        "shard": shard_name(identifier, split, n_shards),
        "filename": row.filename,
    }


def _caption(row: Row, clip: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(row.audiocap_id, bool) or not isinstance(row.audiocap_id, int | str):
        raise _FieldError("audiocap_id", f"{_told(row.audiocap_id)} is no id")
    _require_utf8("audiocap_id", str(row.audiocap_id))
    _require_text(row, "caption")
    tokens = row.tokens
    if not isinstance(tokens, list) or not tokens or not all(isinstance(t, str) for t in tokens):
        raise _FieldError("tokens", f"{_told(tokens)} is not a list of words")
    _require_utf8("tokens", " ".join(tokens))
    return {
        "caption_id": str(row.audiocap_id),
        "clip_id": clip["clip_id"],
        "split": clip["split"],
        "caption": row.caption,
        "tokens": tokens,
    }


def _phrase(row: Row, caption: Mapping[str, Any]) -> dict[str, Any]:
    _require_text(row, "soundtag")
    if not row.soundtag.strip():
        raise _FieldError("soundtag", "the phrase is empty")
    tokens = caption["tokens"]
    first = _index(row, "start_word", len(tokens))
    last = _index(row, "end_word", len(tokens))
    if first is not None and last is not None and last < first:
        raise _FieldError("end_word", f"{last} lies before the first word, {first}")
    places = [index for index in range(len(tokens)) if stands_at(row.soundtag, tokens, index)]
    if not places:
        told = _told(" ".join(tokens))
        raise _FieldError(
            "soundtag", f"{_told(row.soundtag)} is not in its caption's tokens {told}"
        )
    return {
        "caption_id": caption["caption_id"],
        "clip_id": caption["clip_id"],
        "split": caption["split"],
        "phrase": row.soundtag,
        # One that stands elsewhere than it says is kept, and counted by `annotations.counts`.
        "first_token": places[0] if first is None else first,
        "segments": _segments(row.timestamps),
    }


def _index(row: Row, name: str, n_tokens: int) -> int | None:
    """An index into the tokens, or None where the form leaves it out."""
    index = getattr(row, name)
    if index is None and (row.is_v2 or name == "end_word"):
        return None
    if isinstance(index, bool) or not isinstance(index, int):
        raise _FieldError(name, f"{_told(index)} is not of type int")
    if not 0 <= index < n_tokens:
        raise _FieldError(name, f"{_told(index)} lies outside of {n_tokens} tokens")
    return index


def _segments(timestamps: Any) -> list[dict[str, float]]:
    if not isinstance(timestamps, list):
        raise _FieldError("timestamps", f"{_told(timestamps)} is not a list of [onset, offset]")
    segments = []
    for pair in timestamps:
        is_pair = isinstance(pair, list) and len(pair) == 2
        if not is_pair or not all(_is_time(time_s) for time_s in pair):
            raise _FieldError("timestamps", f"{_told(pair)} is not [onset, offset] in seconds")
        onset_s, offset_s = map(float, pair)
        if onset_s > offset_s:
            raise _FieldError("timestamps", f"{_told(pair)}: the onset comes after the offset")
        if onset_s < 0:
            raise _FieldError("timestamps", f"{_told(pair)}: the onset lies before the clip")
        segments.append({"onset_s": onset_s, "offset_s": offset_s})
    return segments


def _is_time(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < 1e9


def _require_text(row: Row, name: str) -> None:
    value = getattr(row, name)
    if not isinstance(value, str):
        raise _FieldError(name, f"{_told(value)} is not of type str")
    _require_utf8(name, value)


def _require_utf8(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _FieldError(name, f"{_told(text)} is not text") from None


def _told(value: Any) -> str:
    """A bad value as a message shows it: never the whole of a long one."""
    text = repr(value)
    return text if len(text) <= _MAX_TOLD else f"{text[:_MAX_TOLD]}…"
