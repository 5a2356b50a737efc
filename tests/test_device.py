import pytest
import torch

from audiophrase.device import choose_device, has_room, set_up
from audiophrase.errors import AudiophraseError

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")


@pytest.fixture(autouse=True)
def process_settings():
    yield
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


@needs_cuda
def test_features_must_leave_room_on_a_gpu():
    device = torch.device("cuda")
    assert has_room(device, 1_000_000)
    assert not has_room(device, torch.cuda.get_device_properties(device).total_memory)
