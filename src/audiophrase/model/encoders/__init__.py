"""Audio encoders: frames of features to embeddings of frames, one module each, of the encoder's name.

A module has `build(n_features, n_dimensions, params)`, which makes an `Encoder`; its parameters are
declared in `model.parameters`.
"""

from typing import Any

import torch
from torch import Tensor, nn

from audiophrase import named


class Encoder(nn.Module):
    """Frames of features to frame embeddings: (B, T, F) -> (B, T, D), each of length one."""

    n_dimensions: int  # D

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def initialise(self, rng: torch.Generator) -> None:
        """Draw all weights from `rng`."""
        raise NotImplementedError

    def forward(
        self,
        frames: Tensor,
        dropout_rng: torch.Generator | None = None,
        *,
        precision: str = "float32",
    ) -> Tensor:
        """Encode clips of equal length, (B, T, F) -> (B, T, D). Dropout acts where its generator is given.

        `precision` may be bf16, for what an encoder can do in bfloat16.
        """
        raise NotImplementedError


def build_encoder(name: str, n_features: int, n_dimensions: int, params: Any) -> Encoder:
    """An encoder, its weights not yet drawn or read.

    Args:
        n_features: F, values a frame.
        n_dimensions: D, those of the word vectors.
        params: of the section `train.{name}`.
    """
    module = named.load(f"{__name__}.{name}", "build")
    return module.build(n_features, n_dimensions, params)
