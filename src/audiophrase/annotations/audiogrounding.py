"""AudioGrounding annotations, v1 form: one JSON file a split, an object of columns by row number.

Each row is one phrase of one caption of one clip. Xu et al., "Text-to-audio grounding: building
correspondence between captions and sound events", ICASSP 2021.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from audiophrase.clip_ids import clip_id, parse_filename, shard_name
from audiophrase.errors import AnnotationError
from audiophrase.params import SPLITS

COLUMNS = ("audiocap_id", "filename", "caption", "tokens", "soundtag", "start_word", "timestamps")

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
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AnnotationError(
            f"there is no annotation file {path}",
            "mend annotations.files of the data set; paths count from the working folder",
        ) from None
    except (ValueError, RecursionError) as error:
        raise AnnotationError(
            f"{path} is not JSON: {error}", "mend it, or fetch it again"
        ) from None


def parse(columns_of_split: Mapping[str, Any], n_shards: Mapping[str, int]) -> dict[str, pa.Table]:
    """Tables `clips`, `captions` and `phrases` from the JSON of each split.

    Raises:
        AnnotationError: naming split, row and field.
    """
    tables = Tables()
    for split in SPLITS:
        columns = columns_of_split[split]
        for row_number, row in _rows(columns, split):
            try:
                _add_row(tables, row, split, n_shards[split])
            except _FieldError as error:
                raise AnnotationError(
                    f"{split}.json, row {row_number}, field '{error.field}': {error.cause}",
                    "mend the row in the annotation file",
                ) from None
    return {
        "clips": pa.Table.from_pylist(list(tables.clips.values()), CLIPS_SCHEMA),
        "captions": pa.Table.from_pylist(list(tables.captions.values()), CAPTIONS_SCHEMA),
        "phrases": pa.Table.from_pylist(list(tables.phrases.values()), PHRASES_SCHEMA),
    }


class _FieldError(Exception):
    def __init__(self, field_name: str, cause: str) -> None:
        super().__init__(cause)
        self.field, self.cause = field_name, cause


def _rows(columns: Any, split: str):
    if not isinstance(columns, dict) or not all(isinstance(c, dict) for c in columns.values()):
        raise AnnotationError(f"{split}.json is not an object of columns", "see docs/own-data.md")
    missing = [name for name in COLUMNS if name not in columns]
    if missing:
        raise AnnotationError(
            f"{split}.json lacks the column {', '.join(missing)}", "see docs/own-data.md"
        )
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
        yield key, {name: columns[name][key] for name in COLUMNS}


def _add_row(tables: Tables, row: Mapping[str, Any], split: str, n_shards: int) -> None:
    for name, kind in (("filename", str), ("caption", str), ("soundtag", str), ("start_word", int)):
        if not isinstance(row[name], kind) or isinstance(row[name], bool):
            raise _FieldError(name, f"{row[name]!r} is not of type {kind.__name__}")
    if not isinstance(row["audiocap_id"], int | str):
        raise _FieldError("audiocap_id", f"{row['audiocap_id']!r} is no id")
    try:
        youtube_id, start_s, end_s = parse_filename(row["filename"])
    except ValueError as error:
        raise _FieldError("filename", str(error)) from None
    tokens = row["tokens"]
    if not isinstance(tokens, list) or not tokens or not all(isinstance(t, str) for t in tokens):
        raise _FieldError("tokens", f"{tokens!r} is not a list of words")
    if not 0 <= row["start_word"] < len(tokens):
        raise _FieldError("start_word", f"{row['start_word']} lies outside of {len(tokens)} tokens")
    for name in ("caption", "soundtag", "tokens"):
        try:
            " ".join(row[name]).encode()
        except UnicodeEncodeError:
            raise _FieldError(name, f"{row[name]!r} is not text") from None
    if not row["soundtag"].strip():
        raise _FieldError("soundtag", "the phrase is empty")

    clip = {
        "clip_id": clip_id(youtube_id, start_s, end_s),
        "youtube_id": youtube_id,
        "start_s": start_s,
        "end_s": end_s,
        "split": split,
        "shard": "",
        "filename": row["filename"],
    }
    clip["shard"] = shard_name(clip["clip_id"], split, n_shards)
    known = tables.clips.setdefault(clip["clip_id"], clip)
    if known["split"] != split:
        raise _FieldError("filename", f"the clip is also in the split {known['split']}")

    caption_id = str(row["audiocap_id"])
    caption = {
        "caption_id": caption_id,
        "clip_id": clip["clip_id"],
        "split": split,
        "caption": row["caption"],
        "tokens": tokens,
    }
    if tables.captions.setdefault(caption_id, caption) != caption:
        raise _FieldError("audiocap_id", f"{caption_id} also stands at another caption or clip")

    tables.n_phrases[caption_id] += 1
    phrase_id = f"{caption_id}-{tables.n_phrases[caption_id] - 1}"
    tables.phrases[phrase_id] = {
        "phrase_id": phrase_id,
        "caption_id": caption_id,
        "clip_id": clip["clip_id"],
        "split": split,
        "phrase": row["soundtag"],
        "first_token": row["start_word"],
        "segments": _segments(row["timestamps"]),
    }


def _segments(timestamps: Any) -> list[dict[str, float]]:
    if not isinstance(timestamps, list):
        raise _FieldError("timestamps", f"{timestamps!r} is not a list of [onset, offset]")
    segments = []
    for pair in timestamps:
        numbers = isinstance(pair, list) and len(pair) == 2
        if not numbers or not all(isinstance(t, int | float) and abs(t) < 1e9 for t in pair):
            raise _FieldError("timestamps", f"{pair!r} is not [onset, offset] in seconds")
        onset_s, offset_s = map(float, pair)
        if not 0 <= onset_s <= offset_s:
            raise _FieldError("timestamps", f"{pair!r}: the onset must be in 0 … offset")
        segments.append({"onset_s": onset_s, "offset_s": offset_s})
    return segments
