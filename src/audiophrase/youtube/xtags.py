"""What YouTube says of a format in pairs of key and value, its xtags: `acont=original`, `lang=en`.

In an address they are text, `acont=original:lang=en`. In a player's answer they are a message of
Protocol Buffers in base64 without padding: its fields 1 are the pairs, of each of which field 1 is
the key and field 2 the value.
"""

import base64
import re
from collections.abc import Iterator
from typing import Any

MAX_CHARACTERS = 2000
_PAIRS = re.compile(r"[a-z_]+=[^:=]*(:[a-z_]+=[^:=]*)*")
_STANDARD_TO_URL = str.maketrans("+/", "-_")
_VARINT, _BYTES = 0, 2  # wire types
_MAX_VARINT_BYTES = 10


def read_xtags(value: Any) -> dict[str, str]:
    """The pairs, in either form; none where it is neither."""
    if not isinstance(value, str) or len(value) > MAX_CHARACTERS:
        return {}
    if _PAIRS.fullmatch(value):
        return dict(pair.split("=") for pair in value.split(":"))
    text = value.rstrip("=").translate(_STANDARD_TO_URL)
    try:
        padded = text + "=" * (-len(text) % 4)
        message = base64.b64decode(padded, altchars=b"-_", validate=True)
        pairs = [dict(_fields(pair)) for number, pair in _fields(message) if number == 1]
        return {pair[1].decode(): pair[2].decode() for pair in pairs if {1, 2} <= set(pair)}
    except ValueError:
        return {}


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Number and content of the fields that hold bytes. Raises ValueError."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        value, position = _varint(message, position)
        if tag & 7 == _VARINT:
            continue
        if tag & 7 != _BYTES or position + value > len(message):
            raise ValueError("not a message of pairs")
        yield tag >> 3, message[position : position + value]
        position += value


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """A number, and where the next begins. Raises ValueError."""
    number = 0
    for shift, byte in enumerate(message[position : position + _MAX_VARINT_BYTES]):
        number |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return number, position + shift + 1
    raise ValueError("a number without an end")
