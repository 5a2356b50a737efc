"""How the threads of numerical libraries behave in every job: set before the first one is loaded.

A library that splits an operation over threads waits for all of them at its end. By default GNU's
OpenMP lets a waiting thread spin for milliseconds, which on a machine of one's own saves the time to
wake it, and on a shared one keeps the very core that the awaited thread needs: a training step then
takes a multiple of its time. Here a thread spins for some microseconds, enough for threads that end
nearly together, and sleeps after that.
"""

import os

ENVIRONMENT = {
    # One thread, where a job asks for no more: bytes must not depend on what a library likes.
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",  # for LLVM's and Intel's OpenMP, which conda's PyTorch uses
    "GOMP_SPINCOUNT": "3000",  # for GNU's, of PyTorch's wheels: it takes the place of the policy
}


def set_up() -> None:
    """Set the variables, but for those that the user has set."""
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
