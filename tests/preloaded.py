"""Snakemake, DVC and our own commands without the second that each start spends on imports.

`run` asks a server of its own, which has imported what a program imports and has done nothing else.
It forks; the child takes the working folder, environment and arguments that it is given and runs
the module as `python -m` does, through to the interpreter's own end. So every command is a process
of its own that runs the real program, with the project's own copy of `audiophrase`, and what it
starts in turn (jobs, DVC's stages, the bridge's DVC) starts as ever. One thing is not as usual: the
commands of a server share its seed of string hashes.
`tests/workflow/test_preloaded.py` compares it with the ordinary way.
"""

import atexit
import json
import os
import runpy
import select
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path

SNAKEMAKE = (
    "snakemake.cli",
    "snakemake.api",
    "snakemake.executors.local",
    "snakemake.profiles",
    "snakemake.report.html_reporter",
    "snakemake.storage",
    "snakemake_executor_plugin_slurm",
    "cattrs",
    "click",
    "jsonschema",
    "pandas",
    "pyarrow.parquet",
    "smart_open",
)
DVC = (
    "dvc.cachemgr",
    "dvc.cli.parser",
    "dvc.data_cloud",
    "dvc.lock",
    "dvc.repo.fetch",
    "dvc.repo.index",
    "dvc.repo.reproduce",
    "dvc.repo.status",
    "dvc.stage.loader",
    "dvc_data.index.checkout",
    "dvc_data.index.fetch",
    "dvc_data.index.push",
    "dvc_render",
    "networkx",
    "rich.text",
    "scmrepo.git",
)
IMPORTED = {"snakemake": SNAKEMAKE, "audiophrase": SNAKEMAKE, "dvc": DVC}
QUIET = {  # libraries that start threads when they are imported, unless told not to
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
_servers: dict[tuple[str, ...], subprocess.Popen] = {}


def run(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout_s: float = 600
) -> subprocess.CompletedProcess:
    """Run a command to its end; what it printed, on both streams, is the result's `stdout`.

    Args:
        command: `[sys.executable, "-m", program, …]` is forked; any other starts as usual.

    Raises:
        subprocess.TimeoutExpired: it ran for too long, and was killed.
    """
    is_forked = list(command[:2]) == [sys.executable, "-m"] and command[2] in IMPORTED
    if not (is_forked and sys.platform == "linux"):  # elsewhere a fork may not use all libraries
        return subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=timeout_s,
        )
    with tempfile.NamedTemporaryFile("r", prefix="printed-") as printed:
        request = {
            "module": command[2],
            "arguments": list(command[3:]),
            "folder": str(folder),
            "environment": dict(environment),
            "printed": printed.name,
        }
        code = _ask(json.dumps(request), command, timeout_s)
        return subprocess.CompletedProcess(command, code, stdout=printed.read())


def _ask(request: str, command: Sequence[str], timeout_s: float) -> int:
    """Hand a request to its server, started where none runs yet; the exit code of the command."""
    modules = IMPORTED[command[2]]
    if modules not in _servers:
        _servers[modules] = subprocess.Popen(
            [sys.executable, __file__, *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | QUIET,
            start_new_session=True,
        )
    server = _servers[modules]
    server.stdin.write(f"{request}\n")
    server.stdin.flush()
    try:
        if not select.select([server.stdout], [], [], timeout_s)[0]:
            raise subprocess.TimeoutExpired(command, timeout_s)
    except BaseException:  # Ctrl-C, too: in a session of its own, the command does not get it
        os.killpg(server.pid, signal.SIGKILL)
        _servers.pop(modules).wait()
        raise
    return int(server.stdout.readline())


@atexit.register
def _end() -> None:
    """Have the servers end, for there are no more requests."""
    for server in _servers.values():
        server.stdin.close()
        server.wait()


def _serve(modules: Sequence[str]) -> None:
    """Answer requests, one a line and one at a time, until there can be no more."""
    requests, answers = os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)  # no command is to read or write those two
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    for name in modules:
        import_module(name)
    n_threads = len(os.listdir("/proc/self/task"))
    assert n_threads == 1, (
        f"{n_threads} threads: they do not survive a fork, the locks that they hold do"
    )
    assert "audiophrase" not in sys.modules, "each project has its own"
    for request in requests:
        pid = os.fork()
        if pid == 0:
            requests.close()
            answers.close()
            _become(**json.loads(request))
            return
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), file=answers, flush=True)


def _become(
    module: str, arguments: list[str], folder: str, environment: dict[str, str], printed: str
) -> None:
    """Run a module as `python -m` would in that folder and environment, and raise as it does."""
    output = os.open(printed, os.O_WRONLY | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.close(output)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    own = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    homes = (sys.base_prefix, sys.prefix)
    installed = [path for path in sys.path if any(Path(path).is_relative_to(h) for h in homes)]
    sys.path[:] = [folder, *own, *installed]
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve(sys.argv[1:])
