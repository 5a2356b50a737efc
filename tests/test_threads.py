"""How libraries' threads wait is settled before any of them is loaded."""

import os
import subprocess
import sys

import pytest

from audiophrase import threads

COMMAND = """
import os, sys
from audiophrase import cli
loaded = {"torch", "numpy", "scipy"} & set(sys.modules)
sys.argv[1:] = ["--version"]
try:
    cli.main()
finally:
    print(sorted(loaded), *[os.environ[name] for name in sys.argv[0].split(",")])
"""


@pytest.mark.parametrize("own", [{}, {"GOMP_SPINCOUNT": "7", "OMP_NUM_THREADS": "3"}])
def test_every_command_settles_it_first_and_leaves_what_the_user_chose(own):
    """A library reads the variables when it is loaded, so none may be loaded by then."""
    clean = {name: value for name, value in os.environ.items() if name not in threads.ENVIRONMENT}
    program = COMMAND.replace("sys.argv[0]", repr(",".join(threads.ENVIRONMENT)))
    done = subprocess.run(
        [sys.executable, "-c", program], env=clean | own, capture_output=True, text=True, check=True
    )
    expected = threads.ENVIRONMENT | own
    assert done.stdout.splitlines()[-1] == " ".join(["[]", *expected.values()])
