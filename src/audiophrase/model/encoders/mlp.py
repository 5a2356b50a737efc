"""A small head over frames, such as those of a frozen network: not of the paper."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from audiophrase.model.encoders import Encoder
from audiophrase.model.parameters import MLPParams


class MLP(Encoder):
    """Layer norm, one hidden layer, a bidirectional GRU where one is asked for, and a projection.

    (B, T, F) -> (B, T, D). Without the GRU a frame's embedding depends on that frame alone.
    """

    def __init__(self, n_features: int, n_dimensions: int, params: MLPParams) -> None:
        super().__init__()
        self.n_dimensions = n_dimensions
        self.normalisation = nn.LayerNorm(n_features)
        self.hidden = nn.Linear(n_features, params.n_hidden)
        self.dropout = params.dropout
        self.gru = (
            nn.GRU(params.n_hidden, params.n_gru, bidirectional=True, batch_first=True)
            if params.n_gru
            else None
        )
        n_last = 2 * params.n_gru if params.n_gru else params.n_hidden
        self.projection = nn.Linear(n_last, n_dimensions)

    def initialise(self, rng: torch.Generator) -> None:
        """Kaiming-normal hidden layer, uniform(±1/sqrt(inputs or units)) elsewhere, no bias."""
        nn.init.kaiming_normal_(self.hidden.weight, nonlinearity="relu", generator=rng)
        recurrent = list(self.gru.parameters()) if self.gru else []
        for weight in recurrent:
            bound = 1 / math.sqrt(self.gru.hidden_size)
            nn.init.uniform_(weight, -bound, bound, generator=rng)
        bound = 1 / math.sqrt(self.projection.in_features)
        nn.init.uniform_(self.projection.weight, -bound, bound, generator=rng)
        for layer in (self.hidden, self.projection):
            nn.init.zeros_(layer.bias)

    def forward(
        self,
        frames: Tensor,
        dropout_rng: torch.Generator | None = None,
        *,
        precision: str = "float32",
    ) -> Tensor:
        """Encode clips of equal length; in bf16 the hidden layer works in bfloat16."""
        with torch.autocast(frames.device.type, torch.bfloat16, enabled=precision == "bf16"):
            x = F.relu(self.hidden(self.normalisation(frames)))
        x = x.float()
        if dropout_rng is not None and self.dropout > 0:
            keep = 1 - self.dropout
            x = x * torch.empty_like(x).bernoulli_(keep, generator=dropout_rng) / keep
        if self.gru is not None:
            x, _ = self.gru(x)
        return F.normalize(self.projection(x), dim=2)


def build(n_features: int, n_dimensions: int, params: MLPParams) -> Encoder:
    """See `build_encoder`."""
    return MLP(n_features, n_dimensions, params)
