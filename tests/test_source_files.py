"""The source files that a job is made of."""

import ast

import pytest

from audiophrase import source_files
from audiophrase.cli import COMMANDS, JOBS
from audiophrase.source_files import PACKAGE_FOLDER, import_closure

MODULES = sorted(
    f"{package}.{name.replace('-', '_')}"
    for package, groups in (("commands", COMMANDS.values()), ("jobs", [JOBS]))
    for group in groups
    for name in group
)


def names(module):
    return {str(path.relative_to(PACKAGE_FOLDER)) for path in import_closure(module)}


def test_features_depend_on_what_they_import_and_on_nothing_else():
    found = names("audiophrase.jobs.features")
    assert {"jobs/features.py", "features/shards.py", "tables.py", "clips/flac.py"} <= found
    assert {"__init__.py", "jobs/__init__.py", "features/__init__.py"} <= found
    assert "errors.py" in found  # through tables
    assert not {name for name in found if name.startswith(("report", "model", "train", "youtube"))}
    assert not {"train.py", "cli.py", "jobs/train.py"} & found


@pytest.mark.parametrize("module", MODULES)
def test_every_command_has_a_module_that_is_part_of_itself(module):
    paths = import_closure(f"audiophrase.{module}")
    assert PACKAGE_FOLDER / f"{module.replace('.', '/')}.py" in paths
    assert paths == sorted(set(paths))
    assert all(path.is_relative_to(PACKAGE_FOLDER) and path.is_file() for path in paths)


def forget():
    for remembered in (source_files._imports, source_files._find):
        remembered.cache_clear()


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Function that writes modules of a package `fake` and gives the closure of one."""
    folder = tmp_path / "fake"
    monkeypatch.setattr(source_files, "PACKAGE_FOLDER", folder)
    monkeypatch.setattr(source_files, "_PACKAGE", "fake")

    def write(modules, start):
        for name, text in modules.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        forget()
        return {str(path.relative_to(folder)) for path in import_closure(start)}

    yield write
    forget()


def test_every_way_to_import_is_followed(package):
    modules = {
        "__init__.py": "",
        "a.py": "import fake.b\nfrom fake import c\nfrom fake.d import thing as t, e\nimport os\n",
        "b.py": "def late():\n    from fake.f import g\n",
        "c.py": "from fake import a  # in a circle\nimport fakery, numpy.fft\n",
        "d/__init__.py": "",
        "d/e.py": "raise RuntimeError('nothing is executed')\n",
        "f.py": "",
        "unused.py": "from fake import a\n",
    }
    assert package(modules, "fake.a") == set(modules) - {"unused.py"}


@pytest.mark.parametrize(
    "text",
    [
        "from fake import (\n    c,  # one\n    b,\n)\n",
        "from fake import (\n    c,  # one (of two)\n    b,\n)\n",
        "import os; from fake import b\n",
        "x = 1; from fake import b\n",
        "if os: from fake import b\n",
        "try: import fake.b\nexcept ImportError: pass\n",
        "from fake import \\\n    b\n",
        "from \\\n    fake import b\n",
        "import os, \\\n    fake.b\n",
        "import os, fake.b\n",
        '"""Is from the module fake, and\nfrom fake, too."""\nimport fake.b\n',
    ],
)
def test_however_an_import_is_written_it_is_found(package, text):
    modules = {"__init__.py": "", "a.py": text, "b.py": "", "c.py": ""}
    assert {"__init__.py", "a.py", "b.py"} <= package(modules, "fake.a")


def test_lines_alone_say_as_much_as_the_whole_text():
    for path in PACKAGE_FOLDER.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert ours(source_files._statements(text)) == ours(ast.walk(ast.parse(text))), path


def ours(nodes):
    """The imports from this package among a text's nodes."""
    imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    return {text for text in map(ast.unparse, imports) if "audiophrase" in text}


def test_a_module_added_to_the_chain_appears(package):
    modules = {"__init__.py": "", "a.py": "from fake import b", "b.py": "", "c.py": ""}
    assert package(modules, "fake.a") == {"__init__.py", "a.py", "b.py"}
    modules["b.py"] = "import fake.c"
    assert package(modules, "fake.a") == set(modules)


def test_a_module_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"no module audiophrase\.jobs\.none"):
        import_closure("audiophrase.jobs.none")
