"""The source files that a stage is made of."""

import pytest

from audiophrase import closure
from audiophrase.cli import COMMANDS
from audiophrase.closure import PACKAGE_FOLDER, import_closure

STAGES = sorted({target.split(":")[0] for target, _ in COMMANDS.values()})


def names(module):
    return {str(path.relative_to(PACKAGE_FOLDER)) for path in import_closure(module)}


def test_features_depend_on_what_they_import_and_on_nothing_else():
    found = names("audiophrase.stages.features")
    assert {"stages/features.py", "features/logmel.py", "tables.py", "clips/flac.py"} <= found
    assert {"__init__.py", "stages/__init__.py", "features/__init__.py"} <= found
    assert "errors.py" in found  # through tables
    assert not {name for name in found if name.startswith(("report", "model", "train", "youtube"))}
    assert not {"train.py", "cli.py", "stages/training.py"} & found


@pytest.mark.parametrize("stage", STAGES)
def test_every_command_has_a_stage_that_is_part_of_itself(stage):
    paths = import_closure(f"audiophrase.stages.{stage}")
    assert PACKAGE_FOLDER / "stages" / f"{stage}.py" in paths
    assert paths == sorted(set(paths))
    assert all(path.is_relative_to(PACKAGE_FOLDER) and path.is_file() for path in paths)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Function that writes modules of a package `fake` and gives the closure of one."""
    folder = tmp_path / "fake"
    monkeypatch.setattr(closure, "PACKAGE_FOLDER", folder)
    monkeypatch.setattr(closure, "_PACKAGE", "fake")

    def write(modules, start):
        for name, text in modules.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        closure._imports.cache_clear()
        return {str(path.relative_to(folder)) for path in import_closure(start)}

    yield write
    closure._imports.cache_clear()


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


def test_a_module_added_to_the_chain_appears(package):
    modules = {"__init__.py": "", "a.py": "from fake import b", "b.py": "", "c.py": ""}
    assert package(modules, "fake.a") == {"__init__.py", "a.py", "b.py"}
    modules["b.py"] = "import fake.c"
    assert package(modules, "fake.a") == set(modules)


def test_a_module_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match=r"no module audiophrase\.stages\.none"):
        import_closure("audiophrase.stages.none")
