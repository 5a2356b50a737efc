"""Encoders, losses, front ends and forms: whether each that is listed has a whole module.

Looked at before any job, and so read from the text: a module itself would load PyTorch.
"""

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from audiophrase import features
from audiophrase.errors import ExtensionError
from audiophrase.features.parameters import FRONT_ENDS
from audiophrase.model.parameters import ENCODERS, LOSSES, TrainParams
from audiophrase.named import lacks, path_of, require
from audiophrase.parameters.sections import SECTIONS
from audiophrase.source_files import PACKAGE_FOLDER

_OF_FRONT_END = ("COLUMN", "UNIT", "frames", "hop_s")
_OF_FORM = ("SHAPE", "FIELDS", "recognises", "rows", "clip")
_KINDS = {  # by key of params.yaml: the package, what a module has, and where it is listed
    "encoder": ("audiophrase.model.encoders", ("build",), "ENCODERS", "model/parameters.py"),
    "loss": ("audiophrase.model.losses", ("loss",), "LOSSES", "model/parameters.py"),
    "form": ("audiophrase.annotations.forms", _OF_FORM, "FORMS", "annotations/parameters.py"),
    "front_end": ("audiophrase.features", _OF_FRONT_END, "FRONT_ENDS", "features/parameters.py"),
}
_MAX_NAME = 64


def check_extensions() -> None:
    """Refuse what is listed and half done. Raises ExtensionError."""
    for name, declared in ENCODERS.items():
        require(declared if isinstance(declared, type) else type(declared), "problems")
        _check(f"audiophrase.model.encoders.{name}", "build")
    for name in LOSSES:
        _check(f"audiophrase.model.losses.{name}", "loss")
    own = {field.name for field in fields(TrainParams)}
    for name in [*(ENCODERS.keys() & LOSSES.keys()), *(own & (ENCODERS | LOSSES).keys())]:
        raise ExtensionError(
            f"src/audiophrase/model/parameters.py uses the name {name} for two things in `train`"
        )
    for name, front_end in FRONT_ENDS.items():
        if front_end.section not in SECTIONS:
            raise ExtensionError(
                f"{name} in FRONT_ENDS of src/audiophrase/features/parameters.py names the section "
                f"{front_end.section}, which is not declared there"
            )
        _check(features.module_of(name), *_OF_FRONT_END, *(["load"] if front_end.file else []))
    _check_forms()


def unlisted(key: str, name: str) -> str | None:
    """Where to list a name that params.yaml gives `encoder` or the like, if its module is there."""
    name = name.replace("-", "_")
    if key not in _KINDS or len(name) > _MAX_NAME or not name.isidentifier():
        return None
    package, needed, table, listed_in = _KINDS[key]
    module = f"{package}.{name}"
    try:
        _check(module, *needed)
    except ExtensionError:
        return None
    return f"{path_of(module)} is there; add it to {table} in src/audiophrase/{listed_in}"


def _check(module: str, *needed: str) -> None:
    """That a module is there, has what is needed, and finds what it imports of ours by name."""
    file = _file(module)
    if not file.is_file():
        raise ExtensionError(f"there is no file {path_of(module)}")
    tree = _parsed(file, path_of(module))
    defined = set(_defined(tree.body))
    if missing := [name for name in needed if not {name, "*"} & defined]:
        raise ExtensionError(f"{path_of(module)} {lacks(missing)}")
    for statement in tree.body:
        match statement:
            case ast.ImportFrom(module=str(other)) if other.endswith(".parameters"):
                _check_names(module, other, [alias.name for alias in statement.names])


def _check_names(module: str, declared_in: str, names: list[str]) -> None:
    """That parameters which a module imports are declared."""
    file = _file(declared_in)
    if not declared_in.startswith("audiophrase.") or not file.is_file():
        return
    defined = set(_defined(_parsed(file, path_of(declared_in)).body))
    if missing := [name for name in names if not {name, "*"} & defined]:
        raise ExtensionError(
            f"{path_of(module)} imports {', '.join(missing)}, which {path_of(declared_in)} does "
            "not define"
        )


def _check_forms() -> None:
    """Forms are light, and the job that reads a file asks all of them: they are imported."""
    from audiophrase.annotations.forms import forms  # not above: only once they prove to be whole

    try:
        forms()
    except SyntaxError as error:
        raise _not_python(str(error.filename), error) from None
    except (ImportError, NameError) as error:
        raise ExtensionError(f"a form of annotations: {error}") from None


def _parsed(file: Path, shown: str) -> ast.Module:
    try:
        return ast.parse(file.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise _not_python(shown, error) from None


def _not_python(shown: str, error: SyntaxError) -> ExtensionError:
    return ExtensionError(f"{shown}, line {error.lineno}: {error.msg}")


def _defined(statements: list[ast.stmt]) -> Iterator[str]:
    """Names that statements of a module define, `*` where they import all of another."""
    for statement in statements:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign(targets=targets):
                yield from (n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name
            case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
                yield from (alias.asname or alias.name for alias in aliases)
            case ast.If(body=body, orelse=others) | ast.Try(body=body, orelse=others):
                yield from _defined([*body, *others])


def _file(module: str) -> Path:
    return PACKAGE_FOLDER.joinpath(*module.split(".")[1:]).with_suffix(".py")
