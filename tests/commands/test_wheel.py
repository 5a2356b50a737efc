"""The package as a wheel, away from the checkout and without the packages of the pipeline."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import pytest
from snakemake_project import ROOT

from audiophrase import extras

PARTS = ("pyproject.toml", "README.md", "LICENSE", "src")
# Commands in a process that has the wheel, and in which a package of an extra is not to be found and
# a file of the checkout is not to be opened.
AWAY = """
import json, sys

wheel, checkout, kept, absent, commands = json.loads(sys.argv[1])

class Absent:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in absent:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].startswith(checkout):
        assert arguments[0].startswith(kept), f"{arguments[0]} was opened"

sys.path[:] = [wheel] + [path for path in sys.path if not path.startswith(checkout + "/src")]
sys.meta_path.insert(0, Absent)
sys.addaudithook(watch)
import audiophrase
assert audiophrase.__file__.startswith(wheel), audiophrase.__file__
from audiophrase.cli import main
for command in commands:
    sys.argv = ["audiophrase", *command]
    try:
        main()
    except SystemExit as ending:
        assert not ending.code, (command, ending.code)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """A folder that holds what the wheel does."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in PARTS:
        copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
        copy(ROOT / part, source / part, **({"ignore": ignore} if copy is shutil.copytree else {}))
    options = ("--no-build-isolation", "--no-deps", "--no-index", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", *options]
    subprocess.run([*command, "--wheel-dir", folder, source], check=True, timeout=120)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def test_the_wheel_holds_all_of_the_package_and_nothing_else(wheel):
    package = ROOT / "src/audiophrase"
    expected = {
        str(path.relative_to(package.parent))
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    held = {str(path.relative_to(wheel)) for path in wheel.rglob("*") if path.is_file()}
    assert {path for path in held if ".dist-info/" not in path} == expected
    (metadata,) = wheel.glob("*.dist-info/METADATA")
    assert "Provides-Extra: pipeline\n" in metadata.read_text()


def test_a_model_is_used_away_from_the_checkout_and_without_the_pipeline(
    wheel, built, bundled, recordings, tmp_path
):
    sound = str(recordings / "a.wav")
    run = str(built.folder / "results/tiny/runs/paper/seed-1")
    commands = [
        ["--help"],
        ["cite"],
        ["ground", sound, "wind blows", "--threshold", "0", "--textgrid", "x.TextGrid"],
        ["search", "wind blows", "--in", str(recordings)],
        ["embed", sound, "-o", "x.parquet"],
        ["export", run, "model"],
        ["info", "model"],
        ["info", run],
        ["info", str(built.folder / "results/tiny")],
    ]
    told = [str(wheel), str(ROOT), str(ROOT / ".venv"), sorted(extras.EXTRAS), commands]
    done = subprocess.run(
        [sys.executable, "-c", AWAY, json.dumps(told)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=tmp_path,
        env=os.environ | {"AUDIOPHRASE_MODEL": str(bundled)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {
        *("model", "recordings", "x.TextGrid", "x.parquet"),
    }
