"""Who imports whom: nobody a job or a command, and no modules one another in a circle."""

import ast
from graphlib import CycleError, TopologicalSorter

import pytest

from audiophrase.source_files import PACKAGE_FOLDER


def name_of(path):
    parts = path.relative_to(PACKAGE_FOLDER.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.fixture(scope="module")
def imports():
    """Of each module the modules of ours that it imports, wherever in it."""
    texts = {name_of(path): path.read_text() for path in PACKAGE_FOLDER.rglob("*.py")}
    known = {}
    for module, text in texts.items():
        names = set()
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                of_package = {f"{node.module}.{alias.name}" for alias in node.names} & set(texts)
                names |= of_package or {node.module}
        known[module] = names & set(texts) - {module}
    return known


@pytest.mark.parametrize("package", ["jobs", "commands"])
def test_an_edge_is_imported_by_nobody_else(imports, package):
    edge = f"audiophrase.{package}"
    importers = [
        module
        for module, names in imports.items()
        if not f"{module}.".startswith(f"{edge}.")
        and any(f"{name}.".startswith(f"{edge}.") for name in names)
    ]
    assert len(imports) > 300
    assert importers == []


def test_no_imports_run_in_a_circle(imports):
    try:
        order = list(TopologicalSorter(imports).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
    assert order.index("audiophrase.tables") < order.index("audiophrase.training_data")
