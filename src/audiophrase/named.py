"""Modules that are found by their names, such as an encoder's, and whether they are whole."""

import importlib
from types import ModuleType

from audiophrase.errors import ExtensionError


def load(module: str, *needed: str) -> ModuleType:
    """A module of ours, which alone is loaded, and has what is `needed`. Raises ExtensionError."""
    try:
        loaded = importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        raise ExtensionError(f"there is no file {path_of(module)}") from None
    require(loaded, *needed)
    return loaded


def require(owner: ModuleType | type, *needed: str) -> None:
    """Refuse a module, or a class of parameters, that lacks a name. Raises ExtensionError."""
    missing = [name for name in needed if not hasattr(owner, name)]
    if not missing:
        return
    if isinstance(owner, type):
        raise ExtensionError(f"{owner.__name__} in {path_of(owner.__module__)} {lacks(missing)}")
    raise ExtensionError(f"{path_of(owner.__name__)} {lacks(missing)}")


def lacks(missing: list[str]) -> str:
    """What a module or a class has not, in words."""
    return f"does not define {', '.join(missing)}"


def path_of(module: str) -> str:
    """Where a module lies, or would lie, in the repository."""
    return f"src/{module.replace('.', '/')}.py"
