"""InfoNCE, symmetric (Oord et al. 2018; as in CLIP, Radford et al. 2021): not of the paper."""

import torch
from torch import Tensor

from audiophrase.model.parameters import InfoNCEParams


def loss(scores: Tensor, clips: Tensor, rng: torch.Generator, params: InfoNCEParams) -> Tensor:
    """-log softmax(S / temperature) of the true pairs, over captions and over clips, averaged.

    Other pairs of a pair's own clip are left out of its sums. (B, B), (B,) -> (); nothing is drawn.
    """
    own = clips[:, None] == clips[None, :]
    own.fill_diagonal_(False)
    logits = (scores / params.temperature).masked_fill(own.to(scores.device), float("-inf"))
    true = logits.diagonal()
    to_captions = logits.logsumexp(dim=1) - true
    to_clips = logits.logsumexp(dim=0) - true
    return (to_captions + to_clips).mean() / 2
