import os

import pytest
import torch

from audiophrase.device import choose_device, has_room, set_up
from audiophrase.errors import AudiophraseError

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.fixture(autouse=True)
def process_settings():
    matmul, cudnn = torch.backends.cuda.matmul, torch.backends.cudnn
    before = matmul.allow_tf32, cudnn.allow_tf32, cudnn.benchmark
    yield
    matmul.allow_tf32, cudnn.allow_tf32, cudnn.benchmark = before
    torch.use_deterministic_algorithms(False)
    torch.utils.deterministic.fill_uninitialized_memory = True


def test_auto_is_cuda_where_there_is_any():
    assert choose_device("cpu").type == "cpu"
    expected = "cuda" if torch.cuda.is_available() else "cpu"
    assert choose_device("auto").type == expected


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
@pytest.mark.parametrize(
    ("built_for", "told"), [(None, "is built without CUDA"), ("12.8", "sees no CUDA device")]
)
def test_asking_for_cuda_where_there_is_none_says_why_and_what_to_do(monkeypatch, built_for, told):
    monkeypatch.setattr(torch.version, "cuda", built_for)
    with pytest.raises(AudiophraseError, match=told) as caught:
        choose_device("cuda")
    assert "train.device" in caught.value.remedy


@pytest.mark.parametrize("deterministic", [True, False])
def test_the_deterministic_mode_is_switched(deterministic):
    set_up(torch.device("cpu"), deterministic=deterministic)
    assert torch.are_deterministic_algorithms_enabled() is deterministic


def test_memory_of_the_cpu_is_bounded_by_the_parameter_alone():
    assert has_room(torch.device("cpu"), 10**15)


@pytest.mark.parametrize("deterministic", [True, False])
def test_a_gpu_computes_in_float32_and_searches_for_fast_algorithms_only_in_any_order(
    monkeypatch, deterministic
):
    """Settings of PyTorch that can be made, and read, where there is no GPU."""
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = deterministic
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    set_up(torch.device("cuda"), deterministic=deterministic)
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.benchmark is not deterministic
    assert ("CUBLAS_WORKSPACE_CONFIG" in os.environ) is deterministic


@pytest.mark.parametrize(("n_free", "fits"), [(2_000_000, True), (1_999_998, False)])
def test_features_stay_on_a_gpu_only_if_they_leave_half_of_it(monkeypatch, n_free, fits):
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (n_free, 10**9))
    assert has_room(torch.device("cuda"), 1_000_000) is fits


@needs_cuda
def test_features_must_leave_room_on_a_gpu():
    device = torch.device("cuda")
    assert has_room(device, 1_000_000)
    assert not has_room(device, torch.cuda.get_device_properties(device).total_memory)
