"""What a user gets wrong is told by Snakemake's dry run in a sentence, without a stack trace."""

import pytest
from snakemake_project import TINY, Project


@pytest.fixture(scope="module")
def fresh(tmp_path_factory) -> Project:
    """A project in which nothing has been made."""
    return Project.create(tmp_path_factory.mktemp("plain") / "project")


def refused(project: Project, *arguments: str) -> str:
    """What a dry run prints that must fail, and must not show a stack trace."""
    done = project.snakemake("-n", *arguments)
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def test_a_key_that_stands_twice_is_refused_in_any_file_that_snakemake_reads(fresh):
    fresh.overlay.write_text("build: [tiny]\ntrain: {seeds: [1]}\ntrain: {seeds: [2]}\n")
    assert "train: lines 2 and 3" in refused(fresh)
    fresh.set_params(TINY)
    params = fresh.folder / "params.yaml"
    before = params.read_text()
    params.write_text(f"{before}\nbuild: [audiogrounding]\n")
    try:
        printed = refused(fresh)
    finally:
        params.write_text(before)
    assert f"{params.name} has keys that stand twice" in printed
    assert "  - build: lines " in printed
