"""Which tests run, and what several of them need: made once, whichever worker comes first, and only read.

The costliest tests run with --long alone. Who changes anything of what is shared does
so in a copy; each worker checks at its end that nothing shared was written to.
"""

import copy
import json
import os
import shutil
import signal
from pathlib import Path

import hypothesis
import longest_first
import preloaded
import pytest
from filelock import FileLock
from snakemake_project import Project, digests_below
from versioned_project import Clone

from audiophrase import params, threads

pytest_plugins = ["browser"]

# Before a test loads PyTorch, and for all that tests start: as in every job.
threads.set_up()

# A suite that runs in the background (`make test &`) ignores Ctrl-C, and so would all that it starts:
# the tests that interrupt a command would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No test asserts on time, of which Hypothesis would: beside other work an example may take a second.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the costliest tests, too")


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "long: costly, and something quicker guards nearby; skipped without --long"
    )
    if config.getoption("numprocesses", None):  # no worker, but what starts the workers
        preloaded.share()


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        skip = pytest.mark.skip(reason="costly: run with --long")
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(skip)
    items.sort(key=longest_first.place)


@pytest.fixture(scope="session")
def valid():
    """The project's parameters, only read."""
    return params.load(Path(__file__).parents[1] / "params.yaml")


@pytest.fixture
def document(valid):
    """The project's parameters, which a test may change."""
    return copy.deepcopy(valid)


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory):
    """A folder of this session's own, the same for all workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def shared(session_folder):
    """`shared(name, make)`: the folder of that name, which `make` has filled once for all workers.

    Raises:
        AssertionError: at the session's end, what was made is not as it was.
    """
    used = {}

    def once(name, make):
        folder = session_folder / name
        record = session_folder / f"{name}.digests.json"
        with FileLock(f"{folder}.lock"):
            if not record.exists():
                shutil.rmtree(folder, ignore_errors=True)  # of an attempt that failed
                folder.mkdir()
                make(folder)
                record.write_text(json.dumps(digests_below(folder)))
        used[folder] = record
        return folder

    yield once
    for folder, record in used.items():
        assert digests_below(folder) == json.loads(record.read_text()), f"{folder} was changed"


@pytest.fixture(scope="session")
def built(shared) -> Project:
    """The tiny data set, made from scratch. Not to be changed: copy it."""
    folder = shared("built", lambda folder: Project.create(folder / "project").build())
    return Project(folder / "project")


@pytest.fixture(scope="session")
def bundled(shared, built):
    """Its model, packed. Not to be changed: copy it."""
    from audiophrase.inference.export import export_bundle  # loads PyTorch: few need it

    run = built.folder / "results/tiny/runs/paper/seed-1"
    return shared("bundle", lambda folder: export_bundle(run, folder / "bundle")) / "bundle"


@pytest.fixture
def project(built, tmp_path) -> Project:
    """A copy of the tiny data set to do harm to."""
    return built.copy(tmp_path / "project")


@pytest.fixture(scope="session")
def lab(shared, built) -> Path:
    """A folder with `made` (all of `built`, recorded, committed, pushed) and its remote."""

    def make(folder):
        made = Clone.origin(folder / "made")
        for part in ("data", "results", "logs", ".snakemake"):
            shutil.copytree(built.folder / part, made.folder / part, dirs_exist_ok=True)
        made.build()  # the report, which shows the parameters of all data sets that there are
        made.audiophrase("record")
        made.dvc("remote", "add", "--default", "lab", str(folder / "remote"))
        made.commit("made")
        made.dvc("push")

    return shared("lab", make)


@pytest.fixture
def made(lab, tmp_path) -> Clone:
    """A project in which everything is made and recorded, with time stamps and both records."""
    return Clone(lab / "made").copy(tmp_path / "made")


@pytest.fixture
def fresh(lab, tmp_path) -> Clone:
    """A new clone, with nothing pulled."""
    return Clone(lab / "made").clone(tmp_path / "fresh")
