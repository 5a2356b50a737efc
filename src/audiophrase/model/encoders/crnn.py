"""The audio encoder: a convolutional recurrent network on log-mel frames."""

import math
from functools import lru_cache
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from audiophrase.device import is_gpu
from audiophrase.model.encoders import Encoder
from audiophrase.model.parameters import CRNNParams

CLIPS_AT_ONCE = 4


class CRNN(Encoder):
    """Log-mel frames to frame embeddings: (B, T, F) -> (B, T, D), of length one.

    Departure: the paper can be read as pooling time and mel by four at each of three places; the
    released code, which we follow, divides time by four in all (`train.crnn.pooling`).
    """

    def __init__(self, n_dimensions: int, params: CRNNParams) -> None:
        super().__init__()
        if n_dimensions % 2:
            raise ValueError(f"D = {n_dimensions} is odd: the GRU has D / 2 units a direction")
        self.n_dimensions = n_dimensions
        channels = [1, *params.n_channels]
        self.blocks = nn.ModuleList(
            ConvBlock(n_in, n_out, kernel, params.leaky_slope)
            for (n_in, n_out), kernel in zip(pairwise(channels), params.pooling, strict=True)
        )
        self.dropout = params.dropout
        self.gru = nn.GRU(channels[-1], n_dimensions // 2, bidirectional=True, batch_first=True)

    def initialise(self, rng: torch.Generator) -> None:
        """Draw all weights: Kaiming-normal convolutions, uniform(±1/sqrt(units)) recurrences."""
        for block in self.blocks:
            nn.init.kaiming_normal_(block.convolution.weight, generator=rng)
        bound = 1 / math.sqrt(self.gru.hidden_size)
        for weight in self.gru.parameters():
            nn.init.uniform_(weight, -bound, bound, generator=rng)

    def forward(
        self,
        frames: Tensor,
        dropout_rng: torch.Generator | None = None,
        *,
        precision: str = "float32",
    ) -> Tensor:
        """Encode clips of equal length. Dropout acts where its generator is given.

        With the precision bf16 the convolutional blocks, which take nearly all of the time, work
        in bfloat16; recurrence and all that follows stay in float32.
        """
        n_frames = frames.shape[1]
        x = frames.unsqueeze(1).contiguous(memory_format=torch.channels_last)  # (B, 1, T, F)
        with torch.autocast(x.device.type, torch.bfloat16, enabled=precision == "bf16"):
            for block in self.blocks:
                x = block(x)
        x = x.float().squeeze(3).transpose(1, 2)  # (B, C, T/4, 1) -> (B, T/4, C)
        if dropout_rng is not None and self.dropout > 0:
            keep = 1 - self.dropout
            x = x * torch.empty_like(x).bernoulli_(keep, generator=dropout_rng) / keep
        x, _ = self.gru(x.contiguous())
        return F.normalize(stretch(x, n_frames), dim=2)


def build(n_features: int, n_dimensions: int, params: CRNNParams) -> Encoder:
    """See `build_encoder`; that the pooling leaves one of `n_features` bands was checked before."""
    return CRNN(n_dimensions, params)


class ConvBlock(nn.Module):
    """Batch normalisation, 3 x 3 convolution, leaky ReLU, and L4 pooling where there is any."""

    def __init__(
        self, n_in: int, n_out: int, pooling: list[int] | None, leaky_slope: float
    ) -> None:
        super().__init__()
        self.normalisation = nn.BatchNorm2d(n_in)
        self.convolution = nn.Conv2d(n_in, n_out, kernel_size=3, padding=1, bias=False)
        self.leaky_slope = leaky_slope
        self.pooling = tuple(pooling) if pooling else None

    def forward(self, x: Tensor) -> Tensor:
        x = self.normalisation(x)
        if is_gpu(x.device):
            return self._convolve(x)
        # A few clips at a time: tensors of some megabytes stay in the cache and are reused by the
        # allocator, where whole batches of 131 MB are mapped and zeroed again at every operation.
        return torch.cat([self._convolve(piece) for piece in x.split(CLIPS_AT_ONCE)])

    def _convolve(self, x: Tensor) -> Tensor:
        x = F.leaky_relu(self.convolution(x), self.leaky_slope, inplace=True)
        return x if self.pooling is None else l4_pool(x, self.pooling)


def stretch(x: Tensor, n_frames: int) -> Tensor:
    """Linear interpolation over time, `align_corners=False`: (B, T', D) -> (B, n_frames, D)."""
    if is_gpu(x.device):
        # The gradient of `interpolate` adds up in no fixed order on CUDA: a product does not.
        return interpolation_matrix(x.shape[1], n_frames, x.device) @ x
    stretched = F.interpolate(x.transpose(1, 2), n_frames, mode="linear", align_corners=False)
    return stretched.transpose(1, 2)


@lru_cache(maxsize=64)
def interpolation_matrix(n_in: int, n_out: int, device: torch.device) -> Tensor:
    """The weights of `n_in` frames in each of `n_out` interpolated ones: (n_out, n_in)."""
    weights = F.interpolate(torch.eye(n_in)[None], n_out, mode="linear", align_corners=False)
    return weights[0].T.contiguous().to(device)


def l4_pool(x: Tensor, kernel: tuple[int, int]) -> Tensor:
    """L4-norm pooling, (sum of x^4 over the kernel)^(1/4): (B, C, T, M) -> (B, C, T // kt, M // km).

    Equal to `torch.nn.LPPool2d(4, kernel)`, with products and square roots in place of powers, and
    a gradient that stays finite where all inputs of a kernel are zero.
    """
    return _L4Pool.apply(x, kernel)


class _L4Pool(torch.autograd.Function):
    """d y / d x = (x / y)^3, which lies in [-1, 1]; zero is chosen where y is zero."""

    @staticmethod
    def forward(ctx, x: Tensor, kernel: tuple[int, int]) -> Tensor:
        squares = x * x
        mean = F.avg_pool2d(squares * squares, kernel)
        y = (mean * (kernel[0] * kernel[1])).sqrt_().sqrt_()
        ctx.save_for_backward(x, y)
        ctx.kernel = kernel
        ctx.height, ctx.width = x.shape[2:]
        return y

    @staticmethod
    def backward(ctx, grad_y: Tensor) -> tuple[Tensor, None]:
        x, y = ctx.saved_tensors
        kt, km = ctx.kernel
        n_t, n_m = y.shape[2] * kt, y.shape[3] * km
        tiny = torch.finfo(y.dtype).tiny ** 0.25  # smaller norms underflow in the forward pass
        weight = torch.where(y > tiny, grad_y / y.clamp(min=tiny) ** 3, 0)
        x = x[:, :, :n_t, :n_m]
        grad = (x * x).mul_(x).mul_(_repeat(weight, kt, km))
        return F.pad(grad, (0, ctx.width - n_m, 0, ctx.height - n_t)), None


def _repeat(x: Tensor, kt: int, km: int) -> Tensor:
    return F.interpolate(x, scale_factor=(kt, km), mode="nearest")
