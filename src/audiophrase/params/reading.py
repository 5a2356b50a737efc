"""Params files as YAML, in which no key may stand twice: YAML's readers would take the last one."""

import shlex
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml

from audiophrase.errors import ParamsError

_SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the same, a tenth of the time
_MERGE = "tag:yaml.org,2002:merge"


def read(path: Path) -> dict[Any, Any]:
    """The content of a params file, keys and values. Raises ParamsError."""
    try:
        content = _parse(path)
    except FileNotFoundError:
        raise ParamsError(*_absent(path)) from None
    except OSError as error:
        raise ParamsError(f"{path} cannot be read: {error.strerror}", "name a file") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ParamsError(f"{path} is no text in UTF-8: line {line}", "save it in UTF-8") from None
    except RecursionError:
        raise ParamsError(f"{path} is nested too deep", "write it with fewer levels") from None
    except yaml.YAMLError as error:
        said = str(error).replace('"<unicode string>"', str(path)).replace("\n", "\n  ")
        raise ParamsError(f"{path} is not YAML: {said}", "fix the line it names") from None
    if not isinstance(content, dict):
        held = "is empty" if content is None else "has no keys at its top level"
        raise ParamsError(f"{path} {held}", "write what you set as `section: {key: value}`")
    return content


def _absent(path: Path) -> tuple[str, str]:
    """What is said of a file that there is not, and what to do."""
    folder = Path.cwd()
    project = next((one for one in folder.parents if (one / "Snakefile").is_file()), None)
    if project is not None and (project / path).is_file():
        where = shlex.quote(str(project))
        return f"there is no {path} in this folder of the project", f"`cd {where}` first"
    if path == Path("params.yaml") and not (folder / "Snakefile").exists():
        return (
            "this folder is not the project's: it has no params.yaml",
            "cd to a clone of the repository; the commands for using a model work in any folder",
        )
    return (
        f"there is no params file {path}",
        "name one that there is; paths count from the working folder",
    )


def refuse_repeated_keys(paths: Iterable[Path]) -> None:
    """Check files that Snakemake has read for keys that stand twice. Raises ParamsError."""
    for path in paths:
        with suppress(
            OSError, yaml.YAMLError, UnicodeDecodeError
        ):  # JSON with tabs, which it takes
            _parse(path)


def _parse(path: Path) -> Any:
    loader = _SafeLoader(Path(path).read_text(encoding="utf-8"))
    try:
        root = loader.get_single_node()
        if root is None:
            return None
        if repeated := _repeated(root):
            listed = "\n".join(f"  - {line}" for line in repeated)
            raise ParamsError(
                f"{path} has keys that stand twice in one place, of which only the last would "
                f"count:\n{listed}",
                "keep one of them, or merge what they hold",
            )
        return loader.construct_document(root)
    finally:
        loader.dispose()


def _repeated(root: yaml.Node) -> list[str]:
    """Keys that stand twice in one mapping, a line each, in the order of the file."""
    lines: list[tuple[int, str]] = []
    seen: set[int] = set()
    waiting = deque([("", root)])
    while waiting:
        where, node = waiting.popleft()
        if id(node) in seen:  # an alias
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [(f"{where}{n}.", part) for n, part in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            continue
        first_line: dict[tuple[str, str], int] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or key.tag == _MERGE:
                continue
            line, name = key.start_mark.line + 1, (key.tag, key.value)
            if name in first_line:
                lines.append((line, f"{where}{key.value}: lines {first_line[name]} and {line}"))
            first_line.setdefault(name, line)
            waiting.append((f"{where}{key.value}.", value))
    return [text for _, text in sorted(lines)]
