"""Arrow without pandas, which takes longer to load than all else that most jobs need.

PyArrow (26) loads pandas with the first array that is made of Python objects, or handed over to
NumPy, to see whether what it was given is of pandas; once it has not found any, it does without,
and loads it when a table is turned into a data frame. Here it looks while there is none to be found.
In such a process, no Series must be handed to `pyarrow.array`: `pyarrow.Table.from_pandas` is for
those. So this is for the command line, whose processes are ours, and no module calls it on import.
"""

import sys
from importlib.machinery import ModuleSpec

import pyarrow as pa


class _NoPandas:
    """A finder of modules (`sys.meta_path`) that says there is no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name == "pandas":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def leave_pandas_out() -> None:
    """Have PyArrow look for pandas now, and find none, unless it is loaded already."""
    sys.meta_path.insert(0, _NoPandas)
    try:
        pa.array([])
    finally:
        sys.meta_path.remove(_NoPandas)
