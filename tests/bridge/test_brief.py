"""A failed job's own error is what is seen: below it stand its name, how it ended and its log."""

import logging
import re
import shlex
import subprocess

import pytest
from snakemake.exceptions import format_error
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_project import ROOT

from audiophrase.bridge import brief

SETTINGS = (
    '{"text": {"corrections": {"\'an": "an --log elsewhere.log", "x": "' + 2000 * "y" + '"}}}'
)
RULES = {
    name: text
    for path in sorted((ROOT / "workflow/rules").glob("*.smk"))
    for name, text in re.findall(r"(?ms)^rule (\w+):\n(.*?)(?=^\S|\Z)", path.read_text())
    if "audiophrase job" in text
}


def failed(command: str, code: int) -> str:
    """Snakemake's words for a command that ended so."""
    error = subprocess.CalledProcessError(code, command)
    return (
        f"RuleException:\n{format_error(error, 7, linemaps={'r.smk': {7: 9}}, snakefile='r.smk')}"
    )


@pytest.mark.parametrize("name", RULES)
def test_every_rule_s_failed_job_is_told_by_name_and_log(name):
    log = f"logs/tiny/{name}/paper.1.log"
    text = "".join(re.findall(r'(?m)^\s+"(.*)"$', RULES[name].partition("    shell:\n")[2]))
    text = text.replace("{params.settings:q}", "SETTINGS").replace("{log}", log)
    text = re.sub(r"\{[^{}]+\}", "data/tiny/clips/train-00000.parquet", text)
    command = text.replace("SETTINGS", shlex.quote(SETTINGS))
    said = brief.told_briefly(failed(f"set -euo pipefail; export PATH=/bin:$PATH;  {command}", 3))
    assert f"the job {name.replace('_', '-')} returned non-zero exit status 3\n" in said
    assert f"  its log: {log}\n" in said
    assert len(said) < 300


@pytest.mark.parametrize(
    "message",
    [
        failed("cp one two", 1),
        "MissingOutputException in rule train: python -m audiophrase job train --log a.log",
        "",
    ],
)
def test_any_other_error_is_printed_as_snakemake_has_it(message):
    assert brief.told_briefly(message) == message


def test_a_job_that_was_killed_is_said_to_be():
    command = "python -m audiophrase job text --settings '{}' 2>&1 | tee -i logs/tiny/text.log"
    assert "the job text died with <Signals.SIGKILL: 9>\n" in brief.told_briefly(
        failed(command, -9)
    )


@pytest.mark.parametrize(
    "text",
    [
        "' died with ",
        "' died with a.\n",
        "\nCommand '",
        "' returned non-zero exit status 1.",
        " --log",
    ],
)
def test_settings_may_hold_what_an_error_ends_with(text):
    """Many times: looking for the end takes no time that grows with their square."""
    settings = text * (1_000_000 // len(text))
    command = f"python -m audiophrase job text {settings} 2>&1 | tee -i logs/tiny/text.log"
    said = brief.told_briefly(failed(command, 1))
    assert said.startswith(
        "the job text returned non-zero exit status 1\n  its log: logs/tiny/text.log\n"
    )
    unended = failed(command, 1) + "x"
    assert brief.told_briefly(unended) == unended


def test_what_a_cluster_s_profile_prints_has_no_command_and_no_inputs():
    record = logging.makeLogRecord(
        {"event": LogEvent.JOB_ERROR, "input": ["shard"], "shellcmd": "python", "log": ["a.log"]}
    )
    seen = []

    class Whole(logging.Formatter):
        def format(self, record):
            seen.append(record)
            return ""

    brief.Brief(Whole()).format(record)
    assert (seen[0].input, seen[0].shellcmd, seen[0].log) == ([], None, ["a.log"])
    assert (record.input, record.shellcmd) == (["shard"], "python")


@pytest.fixture(scope="module")
def ended(built, tmp_path_factory) -> tuple[str, str]:
    """What a run whose job of `text` fails has printed, and what stands in Snakemake's own log."""
    project = built.copy(tmp_path_factory.mktemp("brief") / "project")
    (project.folder / "data/tiny/annotations/captions.parquet").write_bytes(b"damaged")
    done = project.snakemake("--allowed-rules", "text", "--", "data/tiny/text/vocabulary.parquet")
    assert done.returncode != 0
    log = max((project.folder / ".snakemake/log").iterdir())
    return done.stdout, log.read_text()


def test_below_the_job_s_own_error_little_follows(ended):
    printed, _ = ended
    own, _, rest = printed.partition("error: ")[2].partition("the job text returned")
    assert "captions.parquet" in own
    assert "  its log: logs/tiny/text.log\n" in rest
    assert len(rest) < 600


def test_the_whole_command_stands_in_snakemake_s_log(ended):
    printed, log = ended
    assert "--settings" not in printed
    assert "python -m audiophrase job text --settings '{" in log
