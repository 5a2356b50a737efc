import pytest
import torch

from audiophrase.model.losses.triplet import draw_impostors, loss, triplet_loss
from audiophrase.model.parameters import TripletParams


def rng(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_loss_is_two_when_nothing_matches():
    others = torch.tensor([1, 0, 3, 2])
    assert triplet_loss(torch.zeros(4, 4), others, others, margin=1.0).item() == pytest.approx(2.0)


def test_equation_four_equals_a_loop_over_pairs():
    scores = torch.rand(6, 6, generator=rng())
    captions, clips = torch.tensor([3, 2, 0, 5, 1, 4]), torch.tensor([1, 4, 5, 0, 2, 3])
    total = 0.0
    for b in range(6):
        total += max(0.0, float(scores[b, captions[b]] - scores[b, b]) + 0.25)
        total += max(0.0, float(scores[clips[b], b] - scores[b, b]) + 0.25)
    loss = triplet_loss(scores, captions, clips, margin=0.25)
    assert loss.item() == pytest.approx(total / 6, abs=1e-6)


def test_a_perfect_model_has_no_loss():
    others = torch.tensor([1, 0])
    assert triplet_loss(torch.eye(2), others, others, margin=1.0).item() == 0


def test_impostors_are_of_another_clip_and_uniform():
    clips = torch.tensor([0, 0, 0, 1, 2])
    drawn = torch.stack([draw_impostors(clips, rng(seed)) for seed in range(4000)])
    assert not (clips[drawn] == clips).any()
    share = torch.bincount(drawn[:, 3], minlength=5) / len(drawn)
    torch.testing.assert_close(share, torch.tensor([0.25, 0.25, 0.25, 0, 0.25]), atol=0.03, rtol=0)


def test_impostor_caption_and_impostor_clip_are_drawn_apart():
    """Scores in which the two hinges cancel wherever both impostors are of the same pair."""
    ahead = (torch.arange(3) - torch.arange(3)[:, None]) % 3  # captions after the clip's own
    scores = torch.tensor([0.0, 1.0, -1.0])[ahead]
    drawn = {
        loss(scores, torch.arange(3), rng(seed), TripletParams(margin=5.0)).item()
        for seed in range(40)
    }
    assert {round(value, 3) for value in drawn} > {10.0}  # twice the margin, and others


def test_a_batch_of_one_clip_has_no_impostors():
    with pytest.raises(ValueError, match="two clips"):
        draw_impostors(torch.zeros(4, dtype=torch.long), rng())
