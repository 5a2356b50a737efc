"""Every encoder keeps the contract that its callers rely on."""

from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import torch

from audiophrase import params
from audiophrase.model.encoders import build_encoder
from audiophrase.model.parameters import MLPParams, TrainParams
from audiophrase.parameters.sections import select
from audiophrase.settings import structure

SECTIONS = params.load(Path(__file__).parents[2] / "params.yaml")
ENCODERS = get_args(get_type_hints(TrainParams)["encoder"])
N_FEATURES = 64


def rng(seed=1):
    return torch.Generator().manual_seed(seed)


def frames(n_frames=21, n_clips=3):
    return torch.randn(n_clips, n_frames, N_FEATURES, generator=rng(2))


@pytest.fixture(params=ENCODERS)
def encoder(request):
    name = f"train.{request.param}"
    model = build_encoder(
        request.param, N_FEATURES, 10, structure(select(SECTIONS, name), name)
    ).eval()
    model.initialise(rng())
    return model


def test_frames_become_as_many_embeddings_of_length_one(encoder):
    embeddings = encoder(frames())
    assert embeddings.shape == (3, 21, encoder.n_dimensions)
    torch.testing.assert_close(embeddings.norm(dim=2), torch.ones(3, 21))


def test_all_weights_are_drawn_from_the_generator(encoder):
    before = {name: value.clone() for name, value in encoder.state_dict().items()}
    for weight in encoder.parameters():
        weight.data.add_(1.0)
    norms = {name for name in before if "normalisation" in name}
    encoder.initialise(rng())
    drawn = {name for name, value in before.items() if name not in norms}
    assert all(torch.equal(encoder.state_dict()[name], before[name]) for name in drawn)
    assert any(name.endswith("weight") for name in drawn)


def test_clips_are_encoded_each_by_itself(encoder):
    together = encoder(frames())
    for clip, alone in enumerate(frames()):
        torch.testing.assert_close(encoder(alone[None])[0], together[clip], atol=1e-5, rtol=1e-5)


def test_dropout_is_as_its_generator_draws(encoder):
    kept = encoder(frames(), rng(3))
    assert torch.equal(kept, encoder(frames(), rng(3)))
    assert not torch.equal(kept, encoder(frames(), rng(4)))
    assert not torch.equal(kept, encoder(frames()))


def test_bfloat16_is_near_and_gives_float32(encoder):
    rounded = encoder(frames(), precision="bf16")
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, encoder(frames()))
    assert (rounded * encoder(frames())).sum(dim=2).min() > 0.9


def test_gradients_reach_every_weight(encoder):
    target = torch.randn(3, 21, encoder.n_dimensions, generator=rng(5))
    (encoder.train()(frames()) * target).sum().backward()
    assert all(weight.grad is not None and weight.grad.any() for weight in encoder.parameters())


def test_a_frame_of_the_mlp_depends_on_its_neighbours_only_through_the_gru():
    changed = frames()
    changed[:, 5] += 1.0
    for n_gru, spreads in ((0, False), (4, True)):
        model = build_encoder("mlp", N_FEATURES, 6, MLPParams(8, 0.0, n_gru)).eval()
        model.initialise(rng())
        differs = (model(frames()) != model(changed)).any(dim=2).any(dim=0)
        assert differs[5]
        assert differs[6].item() is spreads
