"""What an installation without the pipeline says, and that it needs nothing of the pipeline."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner
from packaging.requirements import Requirement

from audiophrase import cli, extras

ROOT = Path(__file__).parents[1]
# What PyPI calls it -> the name under which it is imported, where these differ.
IMPORTED_AS = {"pyyaml": "yaml"}
NOT_IMPORTED = {"snakemake-executor-plugin-slurm"}  # Snakemake looks for it
# Where the packages of the extras are not: a finder before all others says so.
WITHOUT = f"""
import sys
class Without:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in {sorted(extras.EXTRAS)!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Without)
from audiophrase.cli import main
for arguments in ARGUMENTS:
    sys.argv = ["audiophrase", *arguments]
    print("#", *arguments)
    try:
        main()
    except SystemExit as ending:
        print("=", ending.code or 0)
"""


def run_without(*lines, folder):
    """Standard output and error of commands, each a list of words, in a slim installation."""
    code = WITHOUT.replace("ARGUMENTS", repr([list(map(str, line)) for line in lines]))
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=folder,
    )
    return done.stdout, done.stderr


def declared(extra):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    names = [Requirement(line).name for line in lines]
    return {IMPORTED_AS.get(n, n.replace("-", "_")) for n in names if n not in NOT_IMPORTED}


def test_every_package_of_an_extra_is_known_with_the_smallest_that_brings_it():
    small = {package: name for name in ("onnx", "plot") for package in declared(name)}
    assert {**dict.fromkeys(declared("pipeline"), "pipeline"), **small} == extras.EXTRAS
    assert not declared(None) & set(extras.EXTRAS)


def test_every_package_that_is_imported_is_declared():
    text = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    found = set(re.findall(r"(?m)^\s*(?:import|from) ([a-z_0-9]+)", text))
    ours = {"audiophrase"} | set(sys.stdlib_module_names)
    prose = {"a", "the"}
    assert found - ours - prose <= declared(None) | set(extras.EXTRAS)


def test_help_works_without_the_pipeline(tmp_path):
    names = ["ground", "search", "embed", "export", "info", "cite", "fetch", "job"]
    lines = [["--help"], *([name, "--help"] for name in names)]
    out, err = run_without(*lines, folder=tmp_path)
    assert err == ""
    assert re.findall(r"(?m)^= (\d+)$", out) == ["0"] * len(lines)
    assert "pip install 'audiophrase[pipeline]'" in out.split("# fetch")[1]


def test_a_command_of_the_pipeline_says_what_to_install(tmp_path):
    fetch = ["fetch", "demo", "--dry-run"]
    job = ["job", "train", "--settings", "{}"]
    out, err = run_without(fetch, ["check-params"], job, folder=tmp_path)
    assert re.findall(r"(?m)^= (\d+)$", out) == ["1"] * 3
    named = ["audiophrase fetch", "audiophrase check-params", "audiophrase job train"]
    assert err == "".join(
        f"error: `{name}` needs snakemake, which is not installed\n"
        "  What to do: pip install 'audiophrase[pipeline]'\n"
        for name in named
    )


def test_a_package_that_is_missing_in_the_midst_is_explained(monkeypatch, capsys):
    def lacks(**_):
        raise ModuleNotFoundError("No module named 'onnxruntime.capi'", name="onnxruntime.capi")

    monkeypatch.setattr(cli.cli, "main", lacks)
    with pytest.raises(SystemExit) as ending:
        cli.main()
    assert ending.value.code == 1
    assert "pip install 'audiophrase[onnx]'" in capsys.readouterr().err


def test_a_name_that_a_package_lacks_is_not_a_package_that_is_missing():
    assert extras.explain(ImportError("cannot import name 'x'", name="snakemake")) is None
    assert extras.explain(ModuleNotFoundError("No module named 'yam'", name="yam")) is None


def test_outside_the_project_s_folder_that_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in ("stages", "download"):
        done = CliRunner().invoke(cli.cli, [command, "demo"])
        assert str(done.exception).startswith("this folder is not the project's")
