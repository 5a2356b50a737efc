"""Where the encoder computes: on the CPU, or on a GPU with CUDA.

The device is no parameter of an artifact: it makes none stale. The last bits of a model do depend on
it, as they do on the type of CPU, so a model's description names the device that trained it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from audiophrase.errors import AudiophraseError

NAMES = ("auto", "cpu", "cuda")


def choose_device(name: str) -> torch.device:
    """The device of a name; `auto` is CUDA where there is any.

    Raises:
        AudiophraseError: CUDA is asked for, and there is none.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        if torch.version.cuda is None:
            why = f"this PyTorch ({torch.__version__}) is built without CUDA"
            remedy = "install a build with CUDA (docs/cluster.md)"
        else:
            why = f"this PyTorch ({torch.__version__}) sees no CUDA device"
            remedy = "see what `nvidia-smi` and the variable CUDA_VISIBLE_DEVICES say"
        raise AudiophraseError(
            f"train.device is 'cuda', but {why}",
            f"{remedy}, or set train.device to auto or cpu in params.yaml",
        )
    return torch.device(name)


def is_gpu(device: torch.device) -> bool:
    """Whether work is laid out for a GPU: whole batches, additions in an order that never varies."""
    return device.type != "cpu"


def set_up(device: torch.device, *, deterministic: bool) -> None:
    """Settings of the whole process: to be made before the first computation.

    float32 means float32: without this, CUDA's convolutions would round to TF32's ten bits.
    """
    if device.type == "cuda":
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cudnn.benchmark = not deterministic  # the fastest algorithm found by trying
        if deterministic:  # cuBLAS reads this when it starts
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # As `use_deterministic_algorithms`, which would load the compiler and take a second.
    torch.set_deterministic_debug_mode("error" if deterministic else "default")
    torch.utils.deterministic.fill_uninitialized_memory = False  # a debugging aid, and slow


@contextmanager
def enough_memory() -> Iterator[None]:
    """A GPU without memory for the work inside is told of, without a stack trace.

    Raises:
        AudiophraseError: there is too little.
    """
    try:
        yield
    except torch.OutOfMemoryError as error:
        raise AudiophraseError(
            f"the GPU has too little memory: {str(error).splitlines()[0]}",
            "see with `nvidia-smi` who else uses it; lower train.resident_mb or train.batch_size, "
            "or set train.device to cpu in params.yaml",
        ) from None


def has_room(device: torch.device, n_bytes: int) -> bool:
    """Whether features of this size can stay on the device, half of it being left for training."""
    return not is_gpu(device) or n_bytes <= torch.cuda.mem_get_info(device)[0] / 2
