"""Snakemake, DVC and our own commands and jobs without the seconds that each start spends on imports.

A server imports what such programs import, when first asked, and does nothing else; the workers of a
session share two of them (`share`). `run` starts a command with another `python` in front: one that
hands folder, environment, arguments and streams to the server, which forks. The child runs the module
as `python -m` does, with the project's own copy of `audiophrase`. What it starts in turn finds the same
`python` (and `snakemake`, which DVC's stages call), so a job of a Snakemake of a stage of DVC is forked
as well, and each is a process of its own that runs the real program. Three things are not as usual:
what one server forks shares its seed of string hashes, garbage is collected less often, and a process
ends as soon as the functions that it has registered for its end (`atexit`) have run, for to take down
all that was imported takes longer.
`tests/workflow/test_preloaded.py` compares it with the ordinary way.
"""

import atexit
import gc
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

OURS = (  # for Snakemake, the commands that ask it, and the jobs
    "snakemake.cli",
    "snakemake.api",
    "snakemake.executors.local",
    "snakemake.profiles",
    "snakemake.report.html_reporter",
    "snakemake.storage",
    "snakemake_executor_plugin_slurm",
    "PIL.BmpImagePlugin",  # these four at the first picture that is written
    "PIL.GifImagePlugin",
    "PIL.JpegImagePlugin",
    "PIL.PpmImagePlugin",
    "argparse_dataclass",
    "av",
    "msgspec",
    "click",
    "gensim.models",
    "jinja2",
    "jsonschema",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "matplotlib.figure",
    "matplotlib.patheffects",
    "matplotlib.style",
    "pandas",
    "platformdirs.unix",
    "pyarrow.compute",
    "pyarrow.pandas_compat",
    "pyarrow.parquet",
    "requests",
    "safetensors.torch",
    "scipy.fft",
    "simplemma",
    "smart_open",
    "snowballstemmer",
    "soundfile",
    "soxr",
    "torch._dynamo",  # which an optimiser loads
    "tqdm",
)
DVC = (
    "dvc.cachemgr",
    "dvc.cli.parser",
    "dvc.data_cloud",
    "dvc.dirs",
    "dvc.lock",
    "dvc.repo.artifacts",
    "dvc.repo.datasets",
    "dvc.repo.fetch",
    "dvc.repo.graph",
    "dvc.repo.index",
    "dvc.repo.metrics",
    "dvc.repo.open_repo",
    "dvc.repo.params",
    "dvc.repo.plots",
    "dvc.repo.reproduce",
    "dvc.repo.stage",
    "dvc.repo.status",
    "dvc.repo.trie",
    "dvc.rwlock",
    "dvc.stage.loader",
    "dvc.utils.strictyaml",
    "dvc_data.hashfile.db.local",
    "dvc_data.index.checkout",
    "dvc_data.index.fetch",
    "dvc_data.index.push",
    "dvc_render",
    "dulwich.ignore",
    "networkx",
    "pyparsing",
    "rich.json",
    "ruamel.yaml",
    "scmrepo.git",
)
IMPORTED = {"audiophrase": OURS, "snakemake": OURS, "dvc": DVC}
SHARED = "AUDIOPHRASE_TESTS_PYTHON"  # the stand-in for `python` that a parent process has made
QUIET = {  # libraries that start threads when they are imported, unless told not to
    "OPENBLAS_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
# What stands in for `python`, with none of the imports that a start costs; anything that it does not
# know it leaves to the real one.
STAND_IN = """#!{python} -IS
import json, os, signal, socket, sys
name, arguments = os.path.basename(sys.argv[0]), sys.argv[1:]
if name != "python":
    arguments = ["-m", name, *arguments]
address = {addresses!r}.get(arguments[1]) if arguments[:1] == ["-m"] and arguments[1:] else None
if address is None:
    os.execv({python!r}, [{python!r}, *arguments])
request = {{
    "module": arguments[1],
    "arguments": arguments[2:],
    "folder": os.getcwd(),
    "environment": dict(os.environ),
}}
with socket.socket(socket.AF_UNIX) as server:
    server.connect(address)
    content = json.dumps(request).encode()
    socket.send_fds(server, [len(content).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(content)
    code = int(server.makefile().read() or 1)
if code < 0:
    signal.signal(-code, signal.SIG_DFL) if -code != signal.SIGKILL else None
    os.kill(os.getpid(), -code)
sys.exit(code)
"""


def run(
    command: Sequence[str], *, folder: Path, environment: Mapping[str, str], timeout_s: float = 600
) -> subprocess.CompletedProcess:
    """Run a command to its end; what it printed, on both streams, is the result's `stdout`.

    Args:
        command: where it begins with `sys.executable`, it and all that it starts are forked.

    Raises:
        subprocess.TimeoutExpired: it ran for too long, and was killed.
    """
    if command[0] == sys.executable and sys.platform == "linux":  # elsewhere a fork may not use all
        python = _stand_in()
        command = [str(python), *command[1:]]
        path = environment.get("PATH", os.defpath)
        environment = {**environment, "PATH": f"{python.parent}{os.pathsep}{path}"}
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


def share() -> None:
    """Start the servers for this process and all that it starts from now on, for as long as it lives."""
    os.environ[SHARED] = str(_stand_in())


@cache
def _stand_in() -> Path:
    """The `python` that asks the servers: shared ones, or some for as long as this process lives."""
    if SHARED in os.environ:
        return Path(os.environ[SHARED])
    folder = Path(tempfile.mkdtemp(prefix="preloaded-"))  # which the servers delete
    addresses = {}
    for modules in (OURS, DVC):
        programs = [program for program, imported in IMPORTED.items() if imported is modules]
        address = str(folder / f"{programs[0]}.socket")
        addresses |= dict.fromkeys(programs, address)
        _start(address, modules, str(folder / "python"))
    (folder / "python").write_text(STAND_IN.format(python=sys.executable, addresses=addresses))
    (folder / "python").chmod(0o755)
    (folder / "snakemake").symlink_to("python")
    return folder / "python"


def _start(address: str, modules: Sequence[str], stand_in: str) -> subprocess.Popen:
    """Start a server; who asks waits until it has imported all, which it does when first asked.

    It ends when its starter has, however that was, and its commands and the folder of `stand_in` with it.
    """
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(64)
    server = subprocess.Popen(
        [sys.executable, __file__, str(listener.fileno()), stand_in, *modules],
        pass_fds=[listener.fileno()],
        stdin=subprocess.PIPE,  # its end is the end of the server's starter
        env=os.environ | QUIET,
        start_new_session=True,
    )
    listener.close()
    atexit.register(lambda: (server.stdin.close(), server.wait()))
    return server


def _serve(listener: socket.socket, stand_in: str, modules: Sequence[str]) -> None:
    """Fork for every request, until the starter has ended."""
    waiting = selectors.DefaultSelector()
    waiting.register(listener, selectors.EVENT_READ)
    waiting.register(0, selectors.EVENT_READ)
    if any(key.fileobj == 0 for key, _ in waiting.select()):
        return  # and nobody has asked
    for name in modules:
        import_module(name)
    n_threads = len(os.listdir("/proc/self/task"))
    assert n_threads == 1, (
        f"{n_threads} threads: they do not survive a fork, the locks that they hold do"
    )
    assert "audiophrase" not in sys.modules, "each project has its own"
    for finalizer in weakref.finalize._registry:
        finalizer.atexit = False  # PyTorch's, that would undo its imports one by one
    gc.set_threshold(100_000, 50, 100)  # by default a tenth of the time of a run of Snakemake
    gc.freeze()  # else each fork would copy all memory as it collects garbage
    while True:
        for key, _ in waiting.select():
            if key.fileobj == 0:
                for other in waiting.get_map().values():
                    if isinstance(other.data, int):
                        _kill(other.data)
                        os.waitpid(other.data, 0)
                return
            if key.fileobj is listener:
                asker, _ = listener.accept()
                try:
                    request, streams = _receive(asker)
                except (OSError, ValueError):  # who asked was killed before all was said
                    asker.close()
                    continue
                pid = os.fork()
                if pid == 0:
                    waiting.close()
                    listener.close()
                    asker.close()
                    _become(**request, streams=streams, python=stand_in)
                for stream in streams:
                    os.close(stream)
                waiting.register(asker, selectors.EVENT_READ, pid)
                waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, asker))
            elif isinstance(key.fileobj, socket.socket):  # who asked has ended before the command
                if key.fileobj.fileno() >= 0:  # or with it: closed just above
                    waiting.unregister(key.fileobj)
                    _kill(key.data)
            else:
                waiting.unregister(key.fileobj)
                os.close(key.fileobj)
                pid, asker = key.data
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                if asker in waiting.get_map():
                    waiting.unregister(asker)
                    with suppress(OSError):  # who asked has just ended
                        asker.sendall(str(code).encode())
                asker.close()


def _kill(pid: int) -> None:
    """Kill a command and what it has started without asking a server."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:  # it was forked so lately that it leads no group yet
        os.kill(pid, signal.SIGKILL)


def _receive(asker: socket.socket) -> tuple[dict, list[int]]:
    length, streams, _, _ = socket.recv_fds(asker, 4, 3)
    try:
        content = asker.recv(int.from_bytes(length, "big"), socket.MSG_WAITALL)
        return json.loads(content), streams
    except (OSError, ValueError):
        for stream in streams:
            os.close(stream)
        raise


def _become(
    module: str,
    arguments: list[str],
    folder: str,
    environment: dict[str, str],
    streams: list[int],
    python: str,
) -> None:
    """Run a module as `python -m` would in that folder and environment, and end."""
    os.setsid()  # so that all of it can be killed
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    own = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    homes = (sys.base_prefix, sys.prefix)
    installed = [path for path in sys.path if any(Path(path).is_relative_to(h) for h in homes)]
    sys.path[:] = [folder, *own, *installed]
    sys.executable = python
    sys.argv[1:] = arguments
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code
        if not isinstance(code, int | None):
            print(code, file=sys.stderr)
            code = 1
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        code = 1
    try:
        threading._shutdown()  # waits for the threads that are to be waited for
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code or 0)


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], sys.argv[3:])
    shutil.rmtree(Path(sys.argv[2]).parent, ignore_errors=True)
