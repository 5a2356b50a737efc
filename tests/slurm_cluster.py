"""Slurm on this host alone: munged, slurmctld and slurmd, started for a test and stopped again."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock

PACKAGES = ("slurm-wlm", "munge")  # Debian's
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scontrol", "scancel")
STATE = Path("/run/audiophrase-slurm")
LOCK = Path("/run/audiophrase-slurm.lock")
# Not elsewhere, with SLURM_CONF: the executor takes SLURM_* out of the environment of a job's step.
CONFIG = Path("/etc/slurm/slurm.conf")
GRES = Path("/etc/slurm/gres.conf")
MARK = "# Written by the tests of audiophrase, which remove it again.\n"
# Two cores, 8 GB and a GPU, whatever the host has: enough for any one rule of the tiny data set.
# Nothing in it needs systemd, cgroups or a database.
SLURM_CONF = """\
ClusterName=audiophrase
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={state}/munge.socket
StateSaveLocation={state}/slurmctld
SlurmdSpoolDir={state}/slurmd
SlurmctldPidFile={state}/slurmctld.pid
SlurmdPidFile={state}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
KillWait=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=2 RealMemory=8000 Gres=gpu:1
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE
"""
GRES_CONF = "Name=gpu File=/dev/null\n"


class CannotRun(Exception):
    """Why there can be no Slurm here."""


@contextlib.contextmanager
def one_host_slurm() -> Iterator[None]:
    """Slurm while the block runs. Raises CannotRun where it may not be set up."""
    if os.geteuid() != 0:
        raise CannotRun("only root can start Slurm's daemons")
    with FileLock(LOCK):  # one at a time on this host
        _stop()  # what a run that was killed has left
        _refuse_foreign()
        _install()
        try:
            _start()
            yield
        finally:
            _stop()


def jobs() -> list[dict[str, str]]:
    """All jobs that Slurm knows, the finished ones too, as `scontrol show job` has them."""
    printed = subprocess.run(
        ["scontrol", "show", "job", "--oneliner"], capture_output=True, text=True, check=True
    ).stdout
    lines = [line for line in printed.splitlines() if line.startswith("JobId=")]
    return [dict(field.split("=", 1) for field in line.split() if "=" in field) for line in lines]


def _refuse_foreign() -> None:
    for path in (CONFIG, GRES):
        if path.exists():
            raise CannotRun(f"there is a {path}, which the test would have to replace")
    # The configuration may also come from elsewhere, such as a server of the cluster's.
    if "SLURM_CONF" in os.environ or (
        shutil.which("scontrol") and _succeeds("scontrol", "show", "config")
    ):
        raise CannotRun("this host belongs to a Slurm cluster")


def _install() -> None:
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if not missing:
        return
    allowed = os.environ.get("CI") or os.environ.get("AUDIOPHRASE_TEST_SLURM") == "1"
    if not allowed or shutil.which("apt-get") is None:
        raise CannotRun(
            f"no {', '.join(missing)}: install Debian's packages {' and '.join(PACKAGES)}, "
            "or set AUDIOPHRASE_TEST_SLURM=1 to let the test do it"
        )
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(
            ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *command],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CannotRun(f"apt-get {command[0]} failed: {done.stdout[-500:]}")


def _start() -> None:
    for folder in ("slurmctld", "slurmd"):
        (STATE / folder).mkdir(parents=True)
    key = STATE / "munge.key"
    key.touch(mode=0o600)
    key.write_bytes(os.urandom(128))
    # A socket of its own, so that a munged that runs here already is left alone.
    names = {"key-file": "key", "socket": "socket", "log-file": "log", "seed-file": "seed"}
    options = [f"--{option}={STATE}/munge.{name}" for option, name in names.items()]
    _spawn("munged", "--foreground", *options, f"--pid-file={STATE}/munged.pid")
    _wait("munged did not start", (STATE / "munge.socket").exists)

    ports = _free_ports(2)
    host = socket.gethostname().split(".")[0]
    text = SLURM_CONF.format(host=host, state=STATE, controller_port=ports[0], node_port=ports[1])
    CONFIG.parent.mkdir(exist_ok=True)
    GRES.write_text(MARK + GRES_CONF)
    CONFIG.write_text(MARK + text)
    _spawn("slurmctld", "-D")
    _spawn("slurmd", "-D")
    _wait("Slurm's node did not come up", lambda: _printed("sinfo", "-h", "-o", "%T") == "idle")


def _stop() -> None:
    """Stop what runs by our configuration and remove it; nothing where there is none of ours."""
    if _pid("slurmctld") and _succeeds("scancel", "--user=root"):
        with contextlib.suppress(TimeoutError):
            _wait("jobs did not end", lambda: _printed("squeue", "-h") == "" and not _steps())
    # Before the daemons: a client waits for a controller that is configured and does not answer.
    for path in (CONFIG, GRES):
        if _is_ours(path):
            path.unlink()
    for name in ("slurmd", "slurmctld", "munged"):
        _stop_daemon(name)
    shutil.rmtree(STATE, ignore_errors=True)


def _stop_daemon(name: str) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if pid := _pid(name):
            os.kill(pid, number)
            with contextlib.suppress(TimeoutError):
                _wait(f"{name} did not end", lambda: _pid(name) is None)


def _spawn(name: str, *options: str) -> None:
    with (STATE / f"{name}.log").open("w") as log:
        # Ctrl-C is for the test, which then stops the daemons in their order.
        process = subprocess.Popen(
            [name, *options], stdout=log, stderr=log, cwd=STATE, start_new_session=True
        )
    (STATE / f"{name}.started").write_text(str(process.pid))


def _pid(name: str) -> int | None:
    """The process of a daemon of ours, if it runs."""
    with contextlib.suppress(OSError):
        pid = int((STATE / f"{name}.started").read_text())
        with contextlib.suppress(ChildProcessError):  # that of an earlier test run
            os.waitpid(pid, os.WNOHANG)  # no zombie is to be taken for it
        if Path(f"/proc/{pid}/comm").read_text().strip() == name:
            return pid
    return None


def _steps() -> list[Path]:
    """Processes that look after a job's: the only Slurm's here, as this host is in no cluster."""
    found = []
    for path in Path("/proc").glob("[0-9]*/comm"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            if path.read_text().strip() == "slurmstepd":
                found.append(path.parent)
    return found


def _wait(complaint: str, holds: Callable[[], bool], timeout_s: float = 20.0) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        if time.monotonic() > deadline:
            logs = [f"{path.name}:\n{path.read_text()[-1500:]}" for path in STATE.glob("*.log")]
            raise TimeoutError("\n".join([f"{complaint} within {timeout_s:g} s", *logs]))
        time.sleep(0.1)


def _is_ours(path: Path) -> bool:
    return path.is_file() and path.read_text().startswith(MARK)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def _free_ports(number: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
