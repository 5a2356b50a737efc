"""The forms in which annotations come, one module each; a file's own content says which it has.

A form yields `audiophrase.annotations.rows.Row`s and says what its file names tell of a clip; what
rows say is checked by `audiophrase.annotations.parsing`, the same for all forms.
"""

from functools import cache
from typing import Any

from audiophrase.annotations.audio_tables import AudioTable
from audiophrase.annotations.columns import listed
from audiophrase.annotations.csv_tables import CsvTable
from audiophrase.annotations.forms import imported
from audiophrase.annotations.parameters import FORMS
from audiophrase.annotations.rows import Form
from audiophrase.errors import AnnotationError
from audiophrase.named import load

_MAX_KEYS, _MAX_KEY = 12, 40
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number"}


@cache
def forms() -> dict[str, Form]:
    """All forms by name. Raises ExtensionError where one is listed and half done."""
    needed = ("SHAPE", "FIELDS", "recognises", "rows", "clip")
    return {name: load(f"{__name__}.{name}", *needed) for name in FORMS}


def recognise(content: Any, file: str, *, named: str | None = None) -> Form:
    """The form of a file's content.

    Args:
        file: its name, for messages.
        named: the form that it has to have, if the user says so.

    Raises:
        AnnotationError: it has none that is read; the message says what it looks like instead.
    """
    if imported.recognises(content) and content["form"] in FORMS:
        return imported.Imported(forms()[content["form"]])
    own = next((name for name, form in forms().items() if form.recognises(content)), None)
    if named is not None:
        _require_named(named, own, content, file)
        return forms()[named]
    if own is not None:
        return forms()[own]
    if not isinstance(content, CsvTable | AudioTable) and content in ({}, []):
        raise AnnotationError(f"{file} has no rows", "every split needs at least one clip")
    shapes = "".join(f"\n  - {name}: {form.SHAPE}" for name, form in forms().items())
    raise AnnotationError(
        f"{file} has no form that is read: it is {_described(content)}",
        f"bring it into one of these (docs/own-data.md):{shapes}",
    )


def _require_named(named: str, own: str | None, content: Any, file: str) -> None:
    if named not in FORMS:
        raise AnnotationError(
            f"annotations.form '{named}' is no form", f"choose one of {', '.join(FORMS)}"
        )
    if not forms()[named].recognises(content):
        raise AnnotationError(
            f"{file} is {_described(content)}, not what annotations.form '{named}' is: "
            f"{forms()[named].SHAPE}",
            f"set annotations.form: {own}, or leave it out"
            if own
            else "bring the file into one of the forms of docs/own-data.md",
        )


def _described(content: Any) -> str:
    """What some content looks like, in a few words."""
    if isinstance(content, CsvTable):
        return f"a CSV with the columns {listed(content.columns)}"
    if isinstance(content, AudioTable):
        return f"a Parquet with the columns {listed(content.columns)}"
    if isinstance(content, dict):
        return f"an object with the keys {_keys(content)}"
    if not isinstance(content, list):
        return _KINDS.get(type(content), "null")
    if content and isinstance(content[0], dict):
        return f"a list of objects with the keys {_keys(content[0])}"
    first = _KINDS.get(type(content[0]), "null or another list") if content else "nothing"
    return f"a list that begins with {first}"


def _keys(content: dict[str, Any]) -> str:
    shown = [repr(str(key)[:_MAX_KEY]) for key in list(content)[:_MAX_KEYS]]
    return ", ".join(shown) + (", …" if len(content) > len(shown) else "")
