"""The ranking loss: equation 4 of the paper."""

import torch
from torch import Tensor

from audiophrase.model.parameters import TripletParams


def loss(scores: Tensor, clips: Tensor, rng: torch.Generator, params: TripletParams) -> Tensor:
    """Equation 4, the impostors drawn: (B, B), (B,) -> ()."""
    captions, others = draw_impostors(clips, rng), draw_impostors(clips, rng)
    return triplet_loss(scores, captions, others, margin=params.margin)


def draw_impostors(clips: Tensor, rng: torch.Generator) -> Tensor:
    """For each item of a batch an item of another clip, uniformly. (B,) clip numbers -> (B,).

    Raises:
        ValueError: all items are of one clip.
    """
    allowed = (clips[:, None] != clips[None, :]).float()
    if not allowed.any(dim=1).all():
        raise ValueError("a batch needs items of at least two clips to draw impostors from")
    return torch.multinomial(allowed, 1, generator=rng).squeeze(1)


def triplet_loss(
    scores: Tensor, impostor_captions: Tensor, impostor_clips: Tensor, *, margin: float
) -> Tensor:
    """Equation 4. Row b of `scores` is the clip, column b the caption of pair b.

    (B, B), (B,), (B,) -> (). S lies in [0, 1], so with margin one the hinge never closes and the
    loss starts near two.
    """
    pairs = torch.arange(len(scores))
    true = scores.diagonal()
    caption_hinge = (scores[pairs, impostor_captions] - true + margin).clamp(min=0)
    clip_hinge = (scores[impostor_clips, pairs] - true + margin).clamp(min=0)
    return (caption_hinge + clip_hinge).mean()
