"""Which of our source files a job is made of: what its rule declares as inputs."""

import ast
import os
import re
from functools import cache
from pathlib import Path

PACKAGE_FOLDER = Path(__file__).parent
_PACKAGE = PACKAGE_FOLDER.name
_CONTINUED = re.compile(r"\b(?:from|import)\b.*\\$", re.MULTILINE)


def import_closure(module: str) -> list[Path]:
    """Files of a module of this package and of all it imports from this package, sorted.

    Imports are read from the text, so nothing is executed. Declarations of parameters are left out:
    what they say reaches a job by its settings (`audiophrase.parameters.declare`).

    Raises:
        ValueError: there is no such module.
    """
    modules: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in modules:
            modules.add(name)
            waiting += _imports(name)
    return sorted(_file(name) for name in modules)


def source_files(*modules: str) -> list[str]:
    """The same of several modules, as paths that count from the working folder."""
    paths = {path for module in modules for path in import_closure(module)}
    return sorted(map(os.path.relpath, paths))


@cache
def _imports(module: str) -> tuple[str, ...]:
    parts = module.split(".")
    names = {".".join(parts[:n]) for n in range(1, len(parts))}  # packages around it
    for node in _statements(_file(module).read_text(encoding="utf-8")):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return tuple(sorted(name for name in names if _is_ours(name) and not _declares(name)))


def _declares(module: str) -> bool:
    return "parameters" in module.split(".")


def _statements(text: str) -> list[ast.AST]:
    """Nodes of a module's text, among them all imports from this package.

    Every run of Snakemake asks for every module. To parse the lines that speak of an import from
    this package takes a sixth of what the whole text takes; where one of them is not a
    statement by itself, or goes on behind a backslash, the whole is parsed. A line of a docstring
    that reads like an import counts as one, which makes a job depend on a file too many.
    """
    if _CONTINUED.search(text):
        return list(ast.walk(ast.parse(text)))
    nodes: list[ast.AST] = []
    for match in _an_import(_PACKAGE).finditer(text):
        try:
            nodes += ast.walk(ast.parse(match[0].strip()))
        except SyntaxError:
            return list(ast.walk(ast.parse(text)))
    return nodes


@cache
def _an_import(package: str) -> re.Pattern[str]:
    """A line with an import from a package, and those up to its closing bracket."""
    return re.compile(
        rf"^.*\b(?:from|import)\b.*\b{package}\b(?:[^(\n]*\([^)]*\))?.*", re.MULTILINE
    )


def _is_ours(name: str) -> bool:
    return name.split(".")[0] == _PACKAGE and _find(name) is not None


def _file(module: str) -> Path:
    path = _find(module)
    if path is None:
        raise ValueError(f"there is no module {module}")
    return path


@cache
def _find(module: str) -> Path | None:
    base = os.path.join(PACKAGE_FOLDER, *module.split(".")[1:])
    for candidate in (os.path.join(base, "__init__.py"), f"{base}.py"):
        if os.path.isfile(candidate):
            return Path(candidate)
    return None
