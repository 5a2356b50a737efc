"""The rules of the workflow as Snakemake reads them: a rule, its job and its log have one name."""

import os
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from snakemake.api import SnakemakeApi
from snakemake.settings.enums import Quietness
from snakemake.settings.types import (
    ConfigSettings,
    DAGSettings,
    OutputSettings,
    ResourceSettings,
    StorageSettings,
)

from audiophrase.bridge import guard
from audiophrase.cli import JOBS, job
from audiophrase.source_files import import_closure

ROOT = Path(__file__).parents[1]
WILDCARDS = SimpleNamespace(
    dataset="demo", variant="paper", seed="1", front_end="log-mel", figure="training"
)
# What YouTube answered is no worse for a changed line here.
WITHOUT_SOURCES = {"fetch_clips"}


@pytest.fixture(scope="module")
def rules():
    """All rules with a command, by name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv(guard.HELD_BY_PARENT, "1")  # nothing is run
        patch.setenv("AUDIOPHRASE_CONFIGFILES", "")  # set by the Snakefile, set back at the end
        with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
            workflow_api = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(),
                storage_settings=StorageSettings(),
                snakefile=Path("Snakefile"),
            )
            workflow_api.dag(DAGSettings(targets={"all"}))
            yield {rule.name: rule for rule in workflow_api._workflow.rules if rule.shellcmd}


def without_patterns(path):
    """`{shard,\\d+}` as `{shard}`, patterns with braces of their own included."""
    return re.sub(r"\{(\w+),(?:[^{}]|\{\d+\})*\}", r"{\1}", str(path))


def test_a_rule_its_job_and_its_log_have_one_name(rules):
    for name, rule in rules.items():
        called = re.findall(r"python -m audiophrase job ([a-z-]+)", rule.shellcmd)
        assert called == [name.replace("_", "-")]
        wildcards = re.findall(r"\{(\w+)\}", without_patterns(rule.output[0]))
        others = ".".join(f"{{{other}}}" for other in wildcards if other != "dataset")
        folder = f"logs/{{dataset}}/{name}"
        assert [without_patterns(path) for path in rule.log] == [
            f"{folder}/{others}.log" if others else f"{folder}.log"
        ]


def test_a_job_is_a_rule_s_or_dvc_s(rules):
    assert {name.replace("_", "-") for name in rules} | {"backdate"} == set(JOBS)
    assert "audiophrase job backdate" in (ROOT / "dvc.yaml").read_text()


def test_a_rule_depends_on_the_sources_of_its_job(rules):
    for name, rule in rules.items():
        if name in WITHOUT_SOURCES:
            continue
        sources = rule.input.get("sources")
        paths = sources(WILDCARDS) if callable(sources) else list(map(str, sources))
        own = {os.path.relpath(path, ROOT) for path in import_closure(f"audiophrase.jobs.{name}")}
        assert own <= set(paths), name


def test_files_are_handed_over_as_options_that_the_job_has(rules):
    for name, rule in rules.items():
        handed_over = rule.params.get("options")
        if handed_over is None:
            continue
        inputs, outputs = (
            SimpleNamespace(items=lambda names=names: [(key, "x") for key in names])
            for names in (rule.input.keys(), rule.output.keys())
        )
        given = {flag.partition("=")[0] for flag in handed_over(WILDCARDS, inputs, outputs)}
        command = job.get_command(None, name.replace("_", "-"))
        assert given
        assert given <= {option for param in command.params for option in param.opts}, name


def test_what_is_handed_over_beside_the_settings_is_known_to_the_stages(rules):
    known = yaml.safe_load((ROOT / "workflow/stages.yaml").read_text())["params"]
    for name, rule in rules.items():
        assert set(rule.params.keys()) <= {"settings", "parameters", *known}, name
