"""The forms in which annotations come, one module each; a file's own content says which it has.

A form yields `audiophrase.annotations.rows.Row`s and says what its file names tell of a clip; what
rows say is checked by `audiophrase.annotations.parsing`, the same for all forms.
"""

from typing import Any

from audiophrase.annotations.forms import audiogrounding_v1, audiogrounding_v2, clip_list
from audiophrase.annotations.rows import Form
from audiophrase.errors import AnnotationError
from audiophrase.named import require

FORMS: dict[str, Form] = {
    "audiogrounding_v1": audiogrounding_v1,
    "audiogrounding_v2": audiogrounding_v2,
    "clip_list": clip_list,
}
for _form in FORMS.values():
    require(_form, "SHAPE", "FIELDS", "recognises", "rows", "clip")
_MAX_KEYS, _MAX_KEY = 12, 40
_KINDS = {str: "text", bool: "true or false", int: "a number", float: "a number"}


def recognise(content: Any, split: str) -> Form:
    """The form of the content of a split's file.

    Raises:
        AnnotationError: it has none that is read; the message says what it looks like instead.
    """
    for form in FORMS.values():
        if form.recognises(content):
            return form
    if content in ({}, []):
        raise AnnotationError(f"{split}.json has no rows", "every split needs at least one clip")
    shapes = "".join(f"\n  - {name}: {form.SHAPE}" for name, form in FORMS.items())
    raise AnnotationError(
        f"{split}.json has no form that is read: it is {_described(content)}",
        f"bring it into one of these (docs/own-data.md):{shapes}",
    )


def _described(content: Any) -> str:
    """What some content looks like, in a few words."""
    if isinstance(content, dict):
        return f"an object with the keys {_keys(content)}"
    if not isinstance(content, list):
        return _KINDS.get(type(content), "null")
    if isinstance(content[0], dict):
        return f"a list of objects with the keys {_keys(content[0])}"
    return f"a list that begins with {_KINDS.get(type(content[0]), 'null or another list')}"


def _keys(content: dict[str, Any]) -> str:
    shown = [repr(key[:_MAX_KEY]) for key in list(content)[:_MAX_KEYS]]
    return ", ".join(shown) + (", …" if len(content) > len(shown) else "")
