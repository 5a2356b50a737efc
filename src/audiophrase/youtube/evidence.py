"""Evidence: what YouTube and the network said about one video, as plain and bounded values.

Everything here came over a network: it is kept as text, cut to a length, and never interpreted
before `audiophrase.youtube.verdict` does so.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Self

MAX_CHARACTERS = 500  # of one text
MAX_TEXTS = 20  # of one kind
CUT = " …[cut]… "  # stands where the middle of a text was dropped


@dataclass(frozen=True, slots=True)
class PlayerAnswer:
    """What one of YouTube's player clients was told: its playabilityStatus and what came along."""

    client: str
    status: str | None
    reason: str | None
    subreason: str | None
    video_id: str | None
    n_formats: int

    def __post_init__(self) -> None:
        for name in ("client", "status", "reason", "subreason", "video_id"):
            text = getattr(self, name)
            object.__setattr__(self, name, None if text is None else _shorten(text))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was seen while a video was looked up (`page`) or its audio was read (`media`).

    Attributes:
        errors: the exception and its chain of causes, outermost first.
        retry_after_s: as the server asked, if it did.
    """

    stage: str
    answers: tuple[PlayerAnswer, ...] = ()
    warnings: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    http_statuses: tuple[int, ...] = ()
    retry_after_s: float | None = field(default=None)

    def __post_init__(self) -> None:
        object.__setattr__(self, "answers", tuple(self.answers)[:MAX_TEXTS])
        object.__setattr__(self, "warnings", _bound(self.warnings))
        object.__setattr__(self, "errors", _bound(self.errors))
        statuses = tuple(dict.fromkeys(int(status) for status in self.http_statuses))
        object.__setattr__(self, "http_statuses", statuses[:MAX_TEXTS])

    def to_json(self) -> str:
        """As one line of JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The evidence that `to_json` wrote. Raises ValueError."""
        try:
            values: dict[str, Any] = json.loads(text)
            answers = tuple(PlayerAnswer(**answer) for answer in values.pop("answers"))
            return cls(answers=answers, **values)
        except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
            raise ValueError(f"this is not evidence: {error}") from None


def _bound(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts without repetitions, shortened; of too many, the first and the last."""
    distinct = list(dict.fromkeys(_shorten(str(text)) for text in texts))
    if len(distinct) > MAX_TEXTS:
        half = MAX_TEXTS // 2
        distinct = [*distinct[: half - 1], CUT, *distinct[-half:]]
    return tuple(distinct)


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # could steer a terminal


def _shorten(text: str) -> str:
    text = _CONTROL.sub("�", text)
    if len(text) <= MAX_CHARACTERS:
        return text
    half = (MAX_CHARACTERS - len(CUT)) // 2
    return f"{text[:half]}{CUT}{text[-half:]}"
