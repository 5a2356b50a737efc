"""Ranking losses: one number of the scores of clips and captions, one module each, of its name.

A module has `loss(scores, clips, rng, params)`; its parameters are declared in `model.parameters`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from audiophrase import named

Loss = Callable[[Tensor, Tensor, torch.Generator], Tensor]
"""(B, B) scores, row b the clip and column b the caption of pair b; (B,) the number of each pair's
clip; random numbers, for losses that draw -> (). Pairs of one clip do not count against each other."""


def build_loss(name: str, params: Any) -> Loss:
    """A loss with its parameters, those of the section `train.{name}`."""
    return partial(named.load(f"{__name__}.{name}", "loss").loss, params=params)
