"""Commands in what users read can be pasted."""

from pathlib import Path

from audiophrase.configfiles import fetch_command, of_workflow, snakemake_command


def test_commands_name_the_params_files_that_they_take(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [tmp_path / "my.yaml", Path("/elsewhere/the other.yaml")]
    assert fetch_command("x", []) == "audiophrase fetch x"
    assert fetch_command("x", files) == (
        "audiophrase fetch x --configfile my.yaml --configfile '/elsewhere/the other.yaml'"
    )
    assert snakemake_command("a.csv", []) == "snakemake a.csv"
    assert snakemake_command("a.csv", files) == (
        "snakemake a.csv --configfile my.yaml '/elsewhere/the other.yaml'"
    )


def test_a_job_knows_those_of_its_workflow(monkeypatch):
    monkeypatch.delenv("AUDIOPHRASE_CONFIGFILES", raising=False)
    assert of_workflow() == []
    monkeypatch.setenv("AUDIOPHRASE_CONFIGFILES", "/a.yaml:/b c.yaml")
    assert of_workflow() == [Path("/a.yaml"), Path("/b c.yaml")]
