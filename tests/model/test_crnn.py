import pytest
import torch
from torch import nn

from audiophrase.model.encoders.crnn import CRNN, interpolation_matrix, l4_pool, stretch
from audiophrase.model.parameters import CRNNParams

PAPER = CRNNParams(
    n_channels=[32, 128, 128, 128, 128],
    pooling=[[2, 4], None, [2, 4], None, [1, 4]],
    pooling_norm=4,
    leaky_slope=0.1,
    dropout=0.3,
)


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def encoder(n_dimensions: int = 300) -> CRNN:
    model = CRNN(n_dimensions, PAPER)
    model.initialise(rng())
    return model


def test_parameters_are_as_many_as_in_the_released_model():
    assert sum(weight.numel() for weight in encoder().parameters()) == 732_354


@pytest.mark.parametrize("n_frames", [4, 37, 501])
def test_frames_come_back_in_number_and_have_length_one(n_frames):
    embedded = encoder().eval()(torch.randn(2, n_frames, 64, generator=rng()))
    assert embedded.shape == (2, n_frames, 300)
    torch.testing.assert_close(embedded.norm(dim=2), torch.ones(2, n_frames))


def test_size_follows_the_word_vectors_and_odd_ones_are_refused():
    assert encoder(100).eval()(torch.randn(1, 8, 64)).shape == (1, 8, 100)
    with pytest.raises(ValueError, match="odd"):
        CRNN(101, PAPER)


def test_forward_pass_equals_the_architecture_written_out_with_torch_layers():
    model = encoder().eval()
    layers = []
    for block, kernel in zip(model.blocks, PAPER.pooling, strict=True):
        layers += [block.normalisation, block.convolution, nn.LeakyReLU(0.1)]
        layers += [nn.LPPool2d(4, tuple(kernel))] if kernel else []
    log_mel = torch.randn(3, 101, 64, generator=rng())
    with torch.no_grad():
        x = nn.Sequential(*layers)(log_mel[:, None]).squeeze(3).transpose(1, 2)
        x, _ = model.gru(x)
        x = nn.functional.interpolate(x.transpose(1, 2), 101, mode="linear").transpose(1, 2)
        expected = x / x.norm(dim=2, keepdim=True)
        torch.testing.assert_close(model(log_mel), expected, atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize("kernel", [(2, 4), (1, 4), (3, 2)])
def test_pooling_and_its_gradient_equal_lp_pool(kernel):
    x = torch.randn(2, 3, 11, 9, generator=rng(), dtype=torch.float64)
    ours, theirs = (x.clone().requires_grad_() for _ in range(2))
    weights = torch.randn(2, 3, 11 // kernel[0], 9 // kernel[1], dtype=torch.float64)
    pooled, expected = l4_pool(ours, kernel), nn.functional.lp_pool2d(theirs, 4, kernel)
    torch.testing.assert_close(pooled, expected)
    (pooled * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


@pytest.mark.parametrize("scale", [0.0, 1e-20, 1e-11, 1e-9, 1e-6])
def test_pooling_gradient_is_finite_down_to_digital_silence(scale):
    x = (scale * torch.randn(1, 2, 8, 8, generator=rng())).requires_grad_()
    l4_pool(x, (2, 4)).sum().backward()
    assert torch.isfinite(x.grad).all()
    assert x.grad.abs().max() <= 1.001
    if scale == 0:
        assert not x.grad.any()


def test_a_silent_clip_trains_without_nan():
    model = encoder().train()
    model(torch.full((2, 20, 64), -36.04)).sum().backward()
    assert all(torch.isfinite(weight.grad).all() for weight in model.parameters())


def test_dropout_acts_only_where_its_generator_is_given_and_repeats_with_it():
    model, log_mel = encoder().train(), torch.randn(2, 20, 64, generator=rng())
    plain, again = model(log_mel), model(log_mel)
    torch.testing.assert_close(plain, again, rtol=0, atol=0)
    dropped = model(log_mel, dropout_rng=rng(7))
    assert not torch.equal(dropped, plain)
    assert torch.equal(dropped, model(log_mel, dropout_rng=rng(7)))


def test_dropout_drops_its_share():
    model = encoder().train()
    seen = []
    model.gru.register_forward_pre_hook(lambda _, arguments: seen.append(arguments[0]))
    model(torch.randn(8, 100, 64, generator=rng()), dropout_rng=rng(3))
    assert (seen[0] == 0).float().mean().item() == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize(("n_in", "n_out"), [(1, 4), (5, 23), (125, 501), (125, 500)])
def test_interpolation_by_a_product_equals_torchs_and_so_does_its_gradient(n_in, n_out):
    ours, theirs = (torch.randn(2, n_in, 3, generator=rng()).requires_grad_() for _ in range(2))
    by_product = interpolation_matrix(n_in, n_out, torch.device("cpu")) @ ours
    expected = stretch(theirs, n_out)
    torch.testing.assert_close(by_product, expected)
    weights = torch.randn(2, n_out, 3, generator=rng(1))
    (by_product * weights).sum().backward()
    (expected * weights).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_bf16_rounds_the_blocks_alone_and_gradients_stay_close():
    log_mel = torch.randn(4, 101, 64, generator=rng(2)) - 5
    gradients, embedded = {}, {}
    for precision in ("float32", "bf16"):
        model = encoder().train()
        embedded[precision] = model(log_mel, precision=precision)
        assert embedded[precision].dtype == torch.float32
        (embedded[precision] * torch.randn(4, 101, 300, generator=rng(3))).sum().backward()
        gradients[precision] = torch.cat([w.grad.flatten() for w in model.parameters()])
    likeness = nn.functional.cosine_similarity(embedded["float32"], embedded["bf16"], dim=2)
    assert 0.99 < likeness.min() < 1 - 1e-7
    assert nn.functional.cosine_similarity(*gradients.values(), dim=0) > 0.99


@pytest.mark.parametrize("scale", [0.0, 1e-20, 1e-9, 1e-6])
def test_pooling_gradient_is_finite_on_silence_in_bf16_too(scale):
    x = (scale * torch.randn(1, 2, 8, 8, generator=rng())).bfloat16().requires_grad_()
    l4_pool(x, (2, 4)).sum().backward()
    assert torch.isfinite(x.grad).all()
    assert x.grad.abs().max() <= 1.02
