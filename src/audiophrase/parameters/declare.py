"""How parameters are declared: a dataclass a section, whose fields have a type, a range, a meaning.

The modules called `parameters`, one beside the code that reads them, hold nothing else; `sections`
gathers them. The schema that params.yaml is checked against is made of them (`params.schema`), and a
job's settings are read with them. They are no source files of a job: what they say reaches a job by
its settings.

A key that is added later gets a default, which means what was done before there was the key. A file
may leave it out, and a job is not handed a key whose value is the default: so nothing that was made
before is made again. A default is therefore never changed: params.yaml gives another value.
"""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from msgspec import Meta

from audiophrase.splits import SPLITS

section = partial(dataclass, frozen=True)
top_level = partial(dataclass, frozen=True, kw_only=True)  # a section with all that lies in it

Seed = Annotated[int, Meta(ge=0, le=4_294_967_295)]
AtLeastOne = Annotated[int, Meta(ge=1)]
Path = Annotated[str, Meta(min_length=1)]
UNIQUE = {"uniqueItems": True}


def of_splits(value: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object with a value for each split."""
    return {"properties": dict.fromkeys(SPLITS, value)}


Counts = Annotated[
    dict[str, int], Meta(extra_json_schema=of_splits({"type": "integer", "minimum": 0}))
]
PositiveCounts = Annotated[
    dict[str, int], Meta(extra_json_schema=of_splits({"type": "integer", "minimum": 1}))
]
Ks = Annotated[list[AtLeastOne], Meta(min_length=1, extra_json_schema=UNIQUE)]
