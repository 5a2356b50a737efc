"""What is said of a name that is none of those there are."""

import difflib
from collections.abc import Iterable

from audiophrase.errors import AudiophraseError

_MAX_LISTED = 20


def other_than(known: Iterable[str], end: str) -> str:
    """A pattern of names that are none of those known, where `end` is the pattern behind a name."""
    return rf"(?!({'|'.join(known)}){end})[^/]+"


def unknown_name(noun: str, name: str, known: Iterable[str]) -> AudiophraseError:
    """That there is no such thing, with those that there are; of many, the first."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    more = ", …" if len(names) > _MAX_LISTED else ""
    return AudiophraseError(
        f"there is no {noun} '{name}'",
        (f"did you mean '{close[0]}'? " if close else "")
        + f"known: {', '.join(names[:_MAX_LISTED])}{more}",
    )
