"""The command line: quick help, mistakes told without a stack trace, and exit codes."""

import errno
import os
import re
import signal
import subprocess
import sys
import time

import pytest
from snakemake_project import ROOT

from audiophrase import cli
from audiophrase.errors import AudiophraseError

HEAVY = ("torch", "pyarrow", "numpy", "librosa", "gensim", "av", "matplotlib")


def run(*arguments, **keywords):
    command = [sys.executable, "-m", "audiophrase", *map(str, arguments)]
    return subprocess.run(
        command, check=False, capture_output=True, text=True, timeout=60, **keywords
    )


def test_help_lists_all_commands_and_loads_none():
    code = (
        "import sys; from audiophrase import cli; sys.argv = ['audiophrase', '--help']\n"
        "try: cli.main()\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=60
    )
    assert shown.returncode == 0
    assert shown.stderr == "[]\n"
    assert len(shown.stdout.splitlines()) <= 24, "it fits a terminal"
    titles = [line for line in shown.stdout.splitlines() if line.endswith(":") and line[0] != " "]
    assert titles == [f"{title}:" for title in cli.COMMANDS]
    assert "[-h | --help | --version]" in shown.stdout.splitlines()[0]
    listed = re.findall(r"(?m)^  ([a-z][a-z-]+)  +\S", shown.stdout)
    assert listed == [name for group in cli.COMMANDS.values() for name in group]
    assert f"`audiophrase {cli.JOB}`" in shown.stdout


def test_help_of_the_jobs_lists_what_rules_call():
    listed = re.findall(r"(?m)^  ([a-z][a-z-]+)  +\S", run("job", "--help").stdout)
    assert listed == list(cli.JOBS)
    rules = "".join(path.read_text() for path in (ROOT / "workflow/rules").glob("*.smk"))
    assert not re.findall(r"python -m audiophrase (?!job )", rules)


@pytest.mark.parametrize(
    ("group", "package", "name"),
    [(cli.cli, "commands", name) for titled in cli.COMMANDS.values() for name in titled]
    + [(cli.job, "jobs", name) for name in cli.JOBS],
)
def test_a_command_is_the_function_of_a_module_both_of_its_name(group, package, name):
    command = group.get_command(None, name)
    assert command.name == name
    assert command.help
    assert command.callback.__module__ == f"audiophrase.{package}.{name.replace('-', '_')}"


def test_an_older_name_is_understood_and_listed_nowhere():
    assert cli.cli.get_command(None, "retrieve") is cli.cli.get_command(None, "fetch")
    assert cli.job.get_command(None, "retrieve") is None


def test_version_is_told():
    assert run("--version").stdout.startswith("audiophrase, version ")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["train"], "by hand: audiophrase job train"),
        (["check-params", "--nonsense"], "No such option"),
        (["job", "import-annotations", "only-one"], "Missing argument 'OUTPUT'"),
        ([], "Usage: audiophrase"),
    ],
)
def test_wrong_usage_exits_with_two(arguments, told):
    done = run(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_users_mistake_is_told_without_a_stack_trace(tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text("build: [demo]\n")
    done = run("check-params", path)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("error: the parameters are not valid")
    assert "What to do:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_mistake_in_an_option_is_told_likewise(tmp_path):
    done = run("job", "features", "--settings", '{"feature": {}}', "in", tmp_path / "out")
    assert done.returncode == 1
    assert done.stderr.startswith("error: --settings must be an object of sections")
    assert not os.listdir(tmp_path)


@pytest.fixture
def fail_with(monkeypatch, capsys):
    """Function from what a command raises to exit code and standard error."""

    def call(cause):
        def command(**_):
            raise cause

        monkeypatch.setattr(cli.cli, "main", command)
        with pytest.raises(SystemExit) as ending:
            cli.main()
        return ending.value.code, capsys.readouterr().err

    return call


def test_a_remedy_follows_the_problem(fail_with):
    code, told = fail_with(AudiophraseError("it broke", "fix it"))
    assert (code, told) == (1, "error: it broke\n  What to do: fix it\n")


def test_a_full_disk_is_told(fail_with):
    code, told = fail_with(OSError(errno.ENOSPC, "No space left on device", "/data/x"))
    assert (code, told) == (1, "error: /data/x: No space left on device\n")


def test_a_bug_keeps_its_stack_trace(monkeypatch):
    def broken(**_):
        raise ZeroDivisionError

    monkeypatch.setattr(cli.cli, "main", broken)
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_an_interrupted_command_says_how_to_go_on(tmp_path):
    fifo = tmp_path / "params.yaml"
    os.mkfifo(fifo)  # the command waits for a writer
    command = [sys.executable, "-m", "audiophrase", "check-params", str(fifo)]
    waiting = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        writer = _wait_for_reader(fifo)
        told = _interrupt(waiting)
        os.close(writer)
    finally:
        waiting.kill()
        waiting.wait()
    assert waiting.returncode == 130
    assert told.strip() == "error: interrupted; run the same command again to go on"


def _interrupt(process):
    """Press Ctrl-C until it is noticed: one that falls just before a read waits for its end."""
    for _ in range(15):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=2)[1]
        except subprocess.TimeoutExpired:
            continue
    raise TimeoutError("the command went on")


def _wait_for_reader(fifo):
    for _ in range(600):
        try:
            return os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.05)
    raise TimeoutError("the command never opened its file")
