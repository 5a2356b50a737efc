"""The ways to install agree with each other."""

import itertools
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).parents[1]
# What conda-forge and bioconda call it -> what PyPI calls it.
PYPI_NAMES = {
    "matplotlib-base": "matplotlib",
    "pysoundfile": "soundfile",
    "pytorch": "torch",
    "snakemake-minimal": "snakemake",
    "soxr-python": "soxr",
}


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [line.split("==") for line in lines if line and not line.startswith("#")]
    assert all(len(pin) == 2 for pin in pins), "every requirement is pinned with =="
    return {canonical(name): version for name, version in pins}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    return [Requirement(text) for text in [*project["dependencies"], *itertools.chain(*extras)]]


def conda() -> dict[str, str]:
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    of_pip = [entry for part in dependencies if isinstance(part, dict) for entry in part["pip"]]
    entries = [entry for entry in dependencies if isinstance(entry, str)]
    pinned = [re.split("=+", entry) for entry in [*entries, *of_pip] if "=" in entry]
    return {canonical(PYPI_NAMES.get(name, name)): version for name, version in pinned}


@pytest.mark.parametrize("requirement", declared(), ids=str)
def test_what_the_package_asks_for_is_locked_and_in_the_conda_environment(requirement):
    name = canonical(requirement.name)
    assert Version(locked()[name]) in requirement.specifier
    assert conda()[name] == locked()[name]


def test_conda_names_nothing_that_is_not_locked():
    versions = conda()
    assert versions.pop("python") == "3.11"
    assert {name: locked().get(name) for name in versions} == versions


def test_no_registry_is_named():
    for name in ("requirements.lock", "environment.yml", "pyproject.toml"):
        assert "://" not in (ROOT / name).read_text()


def test_version_of_the_citation_is_the_package_s():
    from audiophrase import __version__

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("name", ["params.yaml", "dvc.yaml"])
def test_dvc_can_read_what_lies_here_with_the_parser_that_conda_gives_it(name):
    """The one in C (ruamel.yaml.clib) takes no colon in text without quotes between braces."""
    depth, refused = 0, []
    for token in yaml.scan((ROOT / name).read_text(encoding="utf-8")):
        depth += isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken)
        depth -= isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken)
        if depth and isinstance(token, yaml.ScalarToken) and token.plain and ":" in token.value:
            refused.append((token.start_mark.line + 1, token.value))
    assert refused == []
