"""Tables of clips, captions and phrases from the annotations of the splits, whatever their form.

Each row that a form yields is checked by itself and against the others.
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from audiophrase.amounts import counted
from audiophrase.annotations.clip_names import Clip
from audiophrase.annotations.forms import recognise
from audiophrase.annotations.rows import Form, Phrase, Row
from audiophrase.annotations.schemas import CAPTIONS_SCHEMA, CLIPS_SCHEMA, PHRASES_SCHEMA
from audiophrase.annotations.words import caption_of, stands_at, tokens_of
from audiophrase.clip_ids import shard_name
from audiophrase.errors import AnnotationError
from audiophrase.splits import SPLITS

N_LISTED = 10
TOLERANCE_S = 0.05  # offsets of the published files reach 10.02 s in clips of ten seconds
_MAX_SHOWN = 120  # characters of a bad value


@dataclass(slots=True)
class Tables:
    """Rows of the three tables, by their key, in the order of the files."""

    clips: dict[str, dict[str, Any]] = field(default_factory=dict)
    captions: dict[str, dict[str, Any]] = field(default_factory=dict)
    phrases: dict[str, dict[str, Any]] = field(default_factory=dict)
    n_phrases: Counter[str] = field(default_factory=Counter)
    first_place: dict[str, str] = field(default_factory=dict)  # split and row of each caption


def parse(content_of_split: Mapping[str, Any], n_shards: Mapping[str, int]) -> dict[str, pa.Table]:
    """Tables `clips`, `captions` and `phrases` from the content of each split's file.

    Each file may have another form; without any phrase the table of phrases has no rows.

    Raises:
        AnnotationError: a file has no form that is read; or naming split, row and field of the first
            bad rows, and how many there are.
    """
    tables, bad_rows = Tables(), BadRows()
    for split in SPLITS:
        file = f"split {split}"  # what a user called the file is not known here
        form = recognise(content_of_split[split], file)
        for row in form.rows(content_of_split[split], file):
            try:
                add_row(tables, form, row, split, n_shards[split])
            except FieldError as error:
                bad_rows.add(form, row, file, error)
    bad_rows.refuse()
    return {
        "clips": pa.Table.from_pylist(list(tables.clips.values()), CLIPS_SCHEMA),
        "captions": pa.Table.from_pylist(list(tables.captions.values()), CAPTIONS_SCHEMA),
        "phrases": pa.Table.from_pylist(list(tables.phrases.values()), PHRASES_SCHEMA),
    }


def require_two_clips(clips: pa.Table) -> None:
    """Refuse, before any clip is fetched, captioned clips that could not be trained on.

    A pair is trained on beside a clip that it does not belong to, in `val` as in `train`.

    Raises:
        AnnotationError: one of these splits has fewer than two clips.
    """
    n_clips = Counter(clips["split"].to_pylist())
    for split in ("train", "val"):
        if n_clips[split] < 2:
            raise AnnotationError(
                f"the split {split} has {n_clips[split]} clip with captions: training needs two of them",
                f"annotate more, or move some of another split to {split}, then run the same command "
                "again",
            )


def require_test_phrases(phrases: pa.Table) -> None:
    """Refuse, before any clip is fetched, what detection could not be measured on.

    Where no split has phrases, none are meant to be there, and nothing is to be detected.

    Raises:
        AnnotationError: other splits have phrases, but the test split has none.
    """
    if phrases.num_rows and "test" not in phrases["split"].unique().to_pylist():
        raise AnnotationError(
            "the split test has no phrases at all, though other splits have some, so detection could "
            "not be measured",
            "annotate some (v1: soundtag and timestamps; v2: phrases), then run the same command "
            "again",
        )


class FieldError(Exception):
    """A row that is refused for one of its fields."""

    def __init__(self, field_name: str, cause: str) -> None:
        super().__init__(cause)
        self.field, self.cause = field_name, cause


@dataclass(slots=True)
class BadRows:
    """Rows that were refused: the first in words, and how many."""

    n_bad: int = 0
    lines: list[str] = field(default_factory=list)

    def add(self, form: Form, row: Row, file: str, error: FieldError) -> None:
        """Take note of one."""
        self.n_bad += 1
        if self.n_bad <= N_LISTED:
            name = row.field_names.get(error.field, form.FIELDS.get(error.field, error.field))
            self.lines.append(f"{file}, {row.where}, field '{name}': {error.cause}")

    def refuse(self) -> None:
        """Raises AnnotationError if there is any."""
        if not self.n_bad:
            return
        more = [f"… and {self.n_bad - N_LISTED:,} more"] if self.n_bad > N_LISTED else []
        listed = "\n".join(f"  - {line}" for line in [*self.lines, *more])
        noun = "row of the annotations is" if self.n_bad == 1 else "rows of the annotations are"
        raise AnnotationError(
            f"{self.n_bad:,} {noun} not right:\n{listed}",
            "correct them in the annotation files (rows count from 0, lines from 1), then run the "
            "same command again",
        )


def add_row(tables: Tables, form: Form, row: Row, split: str, n_shards: int) -> None:
    """Check a whole row, then take it over: a bad one leaves nothing behind. Raises FieldError."""
    clip = _clip(form, row, split, n_shards)
    if not row.is_captioned:
        _require_one_split(tables, clip)
        tables.clips.setdefault(clip["clip_id"], clip)
        return
    caption = _caption(row, clip)
    # Indices count the file's own tokens: where there are none, phrases are looked for.
    length_s = math.inf if clip["end_s"] is None else clip["end_s"] - clip["start_s"]
    phrase = row.phrase and _phrase(
        row.phrase, caption, length_s, has_indices=row.tokens is not None
    )
    _require_one_split(tables, clip)
    caption_id = caption["caption_id"]
    if tables.captions.get(caption_id, caption) != caption:
        raise FieldError(
            "caption_id",
            f"{_shown(row.caption_id)} also stands at another caption or clip: "
            f"{tables.first_place[caption_id]}",
        )
    tables.clips.setdefault(clip["clip_id"], clip)
    tables.captions.setdefault(caption_id, caption)
    tables.first_place.setdefault(caption_id, f"{split}, {row.where}")
    if phrase is not None:
        phrase_id = f"{caption_id}-{tables.n_phrases[caption_id]}"
        tables.n_phrases[caption_id] += 1
        tables.phrases[phrase_id] = {"phrase_id": phrase_id, **phrase}


def _require_one_split(tables: Tables, clip: Mapping[str, Any]) -> None:
    known = tables.clips.get(clip["clip_id"], clip)
    if known["split"] != clip["split"]:
        raise FieldError("filename", f"the clip is also in the split {known['split']}")


def clip_of(form: Form, row: Row) -> Clip:
    """The clip that a row names. Raises FieldError, also for what the form itself found wrong."""
    if row.problem is not None:
        raise FieldError(*row.problem)
    _require_text("filename", row.filename)
    try:
        return form.clip(row.filename)
    except ValueError as error:
        raise FieldError("filename", str(error)[: 2 * _MAX_SHOWN]) from None


def _clip(form: Form, row: Row, split: str, n_shards: int) -> dict[str, Any]:
    clip = clip_of(form, row)
    return asdict(clip) | {"split": split, "shard": shard_name(clip.clip_id, split, n_shards)}


def _caption(row: Row, clip: Mapping[str, Any]) -> dict[str, Any]:
    if isinstance(row.caption_id, bool) or not isinstance(row.caption_id, int | str):
        raise FieldError("caption_id", f"{_shown(row.caption_id)} is no id")
    if not str(row.caption_id).strip():
        raise FieldError("caption_id", "it is empty")
    _require_utf8("caption_id", str(row.caption_id))
    caption, tokens = row.caption, row.tokens
    if caption is not None or tokens is None:
        _require_text("caption", caption)
    if caption is not None and not caption.strip():
        raise FieldError("caption", f"{_shown(caption)} has no words")
    if tokens is None:
        tokens = tokens_of(caption)
        if not tokens:
            raise FieldError("caption", f"{_shown(caption)} has no words")
    if not isinstance(tokens, list) or not tokens or not all(isinstance(t, str) for t in tokens):
        raise FieldError("tokens", f"{_shown(tokens)} is not a list of words")
    _require_utf8("tokens", " ".join(tokens))
    return {
        "caption_id": str(row.caption_id),
        "clip_id": clip["clip_id"],
        "split": clip["split"],
        "caption": caption_of(tokens) if caption is None else caption,
        "tokens": tokens,
    }


def _phrase(
    phrase: Phrase, caption: Mapping[str, Any], length_s: float, *, has_indices: bool
) -> dict[str, Any]:
    _require_text("phrase", phrase.text)
    if not phrase.text.strip():
        raise FieldError("phrase", "the phrase is empty")
    tokens = caption["tokens"]
    first = last = None
    if has_indices:
        first = _index("first_token", phrase.first_token, len(tokens))
        last = _index("last_token", phrase.last_token, len(tokens))
    if first is not None and last is not None and last < first:
        raise FieldError("last_token", f"{last} lies before the first word, {first}")
    places = [index for index in range(len(tokens)) if stands_at(phrase.text, tokens, index)]
    if not places:
        shown = _shown(" ".join(tokens))
        raise FieldError("phrase", f"{_shown(phrase.text)} is not in its caption's tokens {shown}")
    return {
        "caption_id": caption["caption_id"],
        "clip_id": caption["clip_id"],
        "split": caption["split"],
        "phrase": phrase.text,
        # One that stands elsewhere than it says is kept, and counted by `annotations.counts`.
        "first_token": places[0] if first is None else first,
        "segments": _segments(phrase.segments, length_s),
    }


def _index(name: str, index: Any, n_tokens: int) -> int | None:
    """An index into the tokens, or None where it is not known."""
    if index is None:
        return None
    if isinstance(index, bool) or not isinstance(index, int):
        raise FieldError(name, f"{_shown(index)} is not of type int")
    if not 0 <= index < n_tokens:
        raise FieldError(name, f"{_shown(index)} lies outside of {counted(n_tokens, 'token')}")
    return index


def _segments(pairs: Any, length_s: float) -> list[dict[str, float]]:
    if not isinstance(pairs, list):
        raise FieldError("segments", f"{_shown(pairs)} is not a list of [onset, offset]")
    segments = []
    for pair in pairs:
        is_pair = isinstance(pair, list) and len(pair) == 2
        if not is_pair or not all(_is_time(time_s) for time_s in pair):
            raise FieldError("segments", f"{_shown(pair)} is not [onset, offset] in seconds")
        onset_s, offset_s = map(float, pair)
        if onset_s > offset_s:
            raise FieldError("segments", f"{_shown(pair)}: the onset comes after the offset")
        if onset_s < 0:
            raise FieldError("segments", f"{_shown(pair)}: the onset lies before the clip")
        # An offset beyond it is cut, and counted by `annotations.counts`.
        if onset_s > length_s + TOLERANCE_S:
            raise FieldError(
                "segments", f"{_shown(pair)}: the onset lies beyond the clip, of {length_s:g} s"
            )
        segments.append({"onset_s": onset_s, "offset_s": offset_s})
    return segments


def _is_time(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and abs(value) < 1e9


def _require_text(name: str, value: Any) -> None:
    if not isinstance(value, str):
        raise FieldError(name, f"{_shown(value)} is not of type str")
    _require_utf8(name, value)


def _require_utf8(name: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise FieldError(name, f"{_shown(text)} is not text") from None


def _shown(value: Any) -> str:
    """A bad value as a message shows it: never the whole of a long one."""
    text = repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
