"""Half-done encoders, losses, front ends and forms: told by file, before a job and in it."""

import importlib
import shutil
import sys
from types import ModuleType

import pytest

from audiophrase import named, params
from audiophrase.closure import PACKAGE_FOLDER
from audiophrase.errors import AudiophraseError, ExtensionError, ParamsError
from audiophrase.features.parameters import FRONT_ENDS, FrontEnd
from audiophrase.model.encoders import build_encoder
from audiophrase.model.losses import build_loss
from audiophrase.model.parameters import ENCODERS, LOSSES, MLPParams, TripletParams
from audiophrase.params import extensions

SEE = "docs/extending.md"
TABLES = {"encoders": ENCODERS, "losses": LOSSES, "features": FRONT_ENDS}


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A copy of our sources that is looked at in place of them."""
    copy = tmp_path / "audiophrase"
    shutil.copytree(PACKAGE_FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(extensions, "PACKAGE_FOLDER", copy)
    return copy


@pytest.mark.parametrize(
    ("table", "name", "declared", "path", "text", "told"),
    [
        (
            "encoders",
            "x",
            MLPParams,
            "",
            "",
            "there is no file src/audiophrase/model/encoders/x.py",
        ),
        (
            "losses",
            "x",
            TripletParams,
            "",
            "",
            "there is no file src/audiophrase/model/losses/x.py",
        ),
        (
            "features",
            "a-b",
            FrontEnd("features"),
            "",
            "",
            "no file src/audiophrase/features/a_b.py",
        ),
        ("encoders", "x", MLPParams, "model/encoders/x.py", "y = 1", "x.py does not define build"),
        ("losses", "x", TripletParams, "model/losses/x.py", "", "x.py does not define loss"),
        (
            "features",
            "x",
            FrontEnd("features", file="file"),
            "features/x.py",
            "COLUMN, UNIT = 'x', ''\nfrom audiophrase.features.log_mel import hop_s",
            "x.py does not define frames, load",
        ),
        ("features", "onnx", FrontEnd("features.x"), "", "", "names the section features.x, which"),
        (
            "losses",
            "mlp",
            TripletParams,
            "model/losses/mlp.py",
            "def loss(): ...",
            "name mlp for tw",
        ),
        (
            "losses",
            "score",
            TripletParams,
            "model/losses/score.py",
            "def loss(): ...",
            "name score",
        ),
        ("encoders", "mlp", TripletParams, "", "", "TripletParams in src/audiophrase/model/par"),
        ("losses", "x", TripletParams, "model/losses/x.py", "def loss(", "x.py, line 1: '(' was"),
        (
            "losses",
            "x",
            TripletParams,
            "model/losses/x.py",
            "from audiophrase.model.parameters import XParams\ndef loss(): ...",
            "x.py imports XParams, which src/audiophrase/model/parameters.py does not define",
        ),
    ],
)
def test_what_is_listed_and_half_done_is_told_before_any_job(
    package, monkeypatch, table, name, declared, path, text, told
):
    if path:
        (package / path).write_text(text)
    monkeypatch.setitem(TABLES[table], name, declared)
    with pytest.raises(ExtensionError) as refusal:
        extensions.check_extensions()
    assert told in str(refusal.value)
    assert SEE in str(refusal.value)


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        ("audiogrounding_v2", "from typing import", "from nowhere import", "No module named"),
        ("audiogrounding_v2", "def rows(", "def rows)", "line "),
        ("audiogrounding_v2", "def recognises", "def recognise", "_v2.py does not define recogn"),
    ],
)
def test_a_form_that_is_half_done_is_told_likewise(
    monkeypatch, tmp_path, file, before, after, told
):
    name = "audiophrase.annotations.forms"
    importlib.import_module(f"{name}.audiogrounding_v2")
    for module in (name, f"{name}.audiogrounding_v2"):
        monkeypatch.delitem(sys.modules, module)
    shutil.copytree(PACKAGE_FOLDER / "annotations/forms", tmp_path / "forms")
    path = tmp_path / f"forms/{file}.py"
    assert before in path.read_text()
    path.write_text(path.read_text().replace(before, after))
    monkeypatch.setattr(sys.modules["audiophrase.annotations"], "__path__", [str(tmp_path)])
    monkeypatch.delattr(sys.modules["audiophrase.annotations"], "forms")
    with pytest.raises(ExtensionError) as refusal:
        extensions.check_extensions()
    assert told in str(refusal.value)
    assert SEE in str(refusal.value)


def test_all_that_there_are_are_whole():
    extensions.check_extensions()


@pytest.mark.parametrize(("build", "name"), [(build_loss, "x"), (build_encoder, "x")])
def test_a_job_tells_it_too(monkeypatch, build, name):
    arguments = (name, None) if build is build_loss else (name, 4, 4, None)
    with pytest.raises(ExtensionError, match=r"there is no file src/audiophrase/model/\w+/x\.py"):
        build(*arguments)
    module = f"{build.__module__}.{name}"
    monkeypatch.setitem(sys.modules, module, ModuleType(module))
    with pytest.raises(ExtensionError, match=r"x\.py does not define"):
        build(*arguments)


def test_a_fault_within_a_module_is_not_taken_for_its_absence(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "broken_module.py").write_text("import no_such_library")
    with pytest.raises(ModuleNotFoundError, match="no_such_library"):
        named.load("broken_module")


@pytest.mark.parametrize("key", ["encoder", "loss", "front_end"])
def test_a_module_that_is_not_listed_is_named_where_params_ask_for_it(package, key):
    of_module = {
        "encoder": ("model/encoders/mine.py", "train", "def build(): ..."),
        "loss": ("model/losses/mine.py", "train", "def loss(): ..."),
        "front_end": ("features/mine.py", "features", "COLUMN, UNIT, frames, hop_s = 1, 2, 3, 4"),
    }
    path, section, text = of_module[key]
    document = params.load(PACKAGE_FOLDER.parents[1] / "params.yaml")
    document[section][key] = "mine"
    with pytest.raises(ParamsError) as refusal:
        params.check(document)
    assert "is there" not in str(refusal.value)
    (package / path).write_text(text)
    with pytest.raises(AudiophraseError) as refusal:
        params.check(document)
    assert f"(src/audiophrase/{path} is there; add it to " in str(refusal.value)
    document[section][key] = "parameters"  # a module, and no front end
    with pytest.raises(AudiophraseError, match="'parameters' is not one of") as refusal:
        params.check(document)
    assert "is there" not in str(refusal.value)
