"""Which tests run: those that take a minute and more only with --long."""

import os
import signal

import longest_first
import pytest

from audiophrase import threads

# Before a test loads PyTorch, and for all that tests start: as in every job.
threads.set_up()

# A suite that runs in the background (`make test &`) ignores Ctrl-C, and so would all that it starts:
# the tests that interrupt a command would wait for nothing.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="run the tests that take minutes, too")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes a minute or more; skipped without --long")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--long"):
        skip = pytest.mark.skip(reason="takes a minute or more: run with --long")
        for item in items:
            if item.get_closest_marker("long"):
                item.add_marker(skip)
    items.sort(key=longest_first.place)


@pytest.fixture(scope="session")
def session_folder(tmp_path_factory):
    """A folder of this session's own, the same for all workers."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
