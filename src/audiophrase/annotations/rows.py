"""What every form of annotations yields: rows, each a caption of a clip with one phrase or none.

A list of clips has neither.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from audiophrase.annotations.clip_names import Clip


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase of a caption as it stands in the file: nothing of it is checked yet."""

    text: Any
    segments: Any  # [[onset, offset], …] in seconds within the clip
    first_token: Any = None  # index of its first token; None: not known, and looked for
    last_token: Any = None  # index of its last token; None: not known


@dataclass(frozen=True, slots=True)
class Row:
    """A caption with one of its phrases, or with none, as it stands in the file: not checked yet.

    `is_captioned` is False for a clip of which nothing is said: then the other fields are None.
    """

    where: str  # for messages, such as `row 3`
    filename: Any
    caption_id: Any = None
    caption: Any = None  # None: put together from the tokens
    tokens: Any = None  # a list of words; None: cut from the caption
    phrase: Phrase | None = None
    is_captioned: bool = True
    split: str | None = None  # where the row itself tells; None: it is the file's, or drawn
    field_names: Mapping[str, str] = field(default_factory=dict)  # before the form's FIELDS
    problem: tuple[str, str] | None = None  # a field's name in the file and what is wrong with it


class Form(Protocol):
    """A form of annotations: what a module of `audiophrase.annotations.forms` has."""

    SHAPE: str
    """What a file of this form holds, in a line."""

    FIELDS: Mapping[str, str]
    """What the form calls the fields of `Row` and `Phrase`, where it has other names for them."""

    def recognises(self, content: Any) -> bool:
        """Whether a file's content, as `annotations.files.load` has it, is meant to have this form."""

    def rows(self, content: Any, file: str) -> Iterator[Row]:
        """The rows of one file, in its order; `file` is its name, for messages.

        Raises:
            AnnotationError: the content has this form not quite, or has no rows.
        """

    def clip(self, filename: str) -> Clip:
        """The clip that a file's name tells. Raises ValueError."""
