"""Data as scripts: a page that is opened from a disk may load those, and no other files of data."""

import base64
import json
from typing import Any

import numpy as np

# Whatever stands in captions, phrases and names of files stays text, wherever the script stands.
_ESCAPES = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def script(name: str, value: Any) -> bytes:
    """A script that hands `value` over under `name`; ASCII, so no line of it ends early.

    Raises:
        ValueError: a number is not finite.
    """
    parts = [json.dumps(part, allow_nan=False, separators=(",", ":")) for part in (name, value)]
    return f"audiophrase.arrived({','.join(parts)});\n".translate(_ESCAPES).encode("ascii")


def packed(values: np.ndarray, kind: str) -> str:
    """Numbers as text: little-endian `kind` ('f4', 'u1') in base64."""
    return base64.b64encode(np.ascontiguousarray(values, f"<{kind}").tobytes()).decode("ascii")
