"""What was taken over of a file of another form: its rows, as that form read them, of one split.

{"form": "clotho", "rows": [{"where": "line 2", "filename": "Rain.wav",
                             "caption_id": "Rain.wav#1", "caption": "rain falls"}]}
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from audiophrase.annotations.clip_names import Clip
from audiophrase.annotations.rows import Form, Phrase, Row
from audiophrase.errors import AnnotationError

_KEYS = ("where", "filename", "caption_id", "caption", "tokens")
_PHRASE_KEYS = ("text", "segments", "first_token", "last_token")


def recognises(content: Any) -> bool:
    """Whether it is an object with the name of a form, its rows, and nothing else."""
    return isinstance(content, dict) and set(content) == {"form", "rows"}


def content_of(form: str, rows: Iterable[Row]) -> dict[str, Any]:
    """Rows that a form yielded, as JSON has them."""
    return {"form": form, "rows": [_as_json(row) for row in rows]}


@dataclass(frozen=True, slots=True)
class Imported:
    """A form as it reads its own rows once more."""

    form: Form

    @property
    def SHAPE(self) -> str:
        """That of the file."""
        return self.form.SHAPE

    @property
    def FIELDS(self) -> Mapping[str, str]:
        """Those of the file."""
        return self.form.FIELDS

    def recognises(self, content: Any) -> bool:
        """See `recognises`."""
        return recognises(content)

    def rows(self, content: Any, file: str) -> Iterator[Row]:
        """The rows as they were."""
        if not isinstance(content["rows"], list):
            raise AnnotationError(f"{file}: 'rows' is not a list", "run the import again")
        for number, values in enumerate(content["rows"]):
            if not isinstance(values, dict) or not {"where", "filename"} <= values.keys():
                raise AnnotationError(f"{file}, row {number} is no row", "delete the file")
            phrase = values.get("phrase")
            yield Row(
                **{key: values.get(key) for key in _KEYS},
                phrase=None if phrase is None else Phrase(*map(phrase.get, _PHRASE_KEYS)),
            )

    def clip(self, filename: str) -> Clip:
        """As the file's form has it."""
        return self.form.clip(filename)


def _as_json(row: Row) -> dict[str, Any]:
    values = {key: getattr(row, key) for key in _KEYS}
    if row.phrase is not None:
        phrase = {key: getattr(row.phrase, key) for key in _PHRASE_KEYS}
        values["phrase"] = {key: value for key, value in phrase.items() if value is not None}
    return {key: value for key, value in values.items() if value is not None}
