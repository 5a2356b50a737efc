"""The encoder of stock PyTorch layers, and a training step that scores one pair at a time."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from audiophrase.model.encoders.crnn import CRNN
from audiophrase.model.parameters import CRNNParams


class Encoder(nn.Module):
    """(B, T, n_mels) -> (B, T, D), with copies of the weights of one of ours."""

    def __init__(self, ours: CRNN, params: CRNNParams) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for block, kernel in zip(ours.blocks, params.pooling, strict=True):
            convolution = block.convolution
            norm = nn.BatchNorm2d(convolution.in_channels)
            plain = nn.Conv2d(
                convolution.in_channels, convolution.out_channels, 3, padding=1, bias=False
            )
            norm.load_state_dict(block.normalisation.state_dict())
            plain.load_state_dict(convolution.state_dict())
            layers += [norm, plain, nn.LeakyReLU(params.leaky_slope)]
            layers += [nn.LPPool2d(params.pooling_norm, tuple(kernel))] if kernel else []
        self.blocks = nn.Sequential(*layers)
        self.dropout = nn.Dropout(params.dropout)
        self.gru = nn.GRU(
            ours.gru.input_size, ours.gru.hidden_size, bidirectional=True, batch_first=True
        )
        self.gru.load_state_dict(ours.gru.state_dict())

    def forward(self, log_mel: Tensor) -> Tensor:
        n_frames = log_mel.shape[1]
        x = self.blocks(log_mel[:, None]).squeeze(3).transpose(1, 2)
        x, _ = self.gru(self.dropout(x))
        x = F.interpolate(x.transpose(1, 2), n_frames, mode="linear", align_corners=False)
        return F.normalize(x.transpose(1, 2), dim=2)


def score(frames: Tensor, words: Tensor) -> Tensor:
    """Equation 3 of one clip and one caption: (T, D), (N, D) -> ()."""
    return torch.clamp(frames @ words.T, min=0).mean()


def train_step(
    encoder: Encoder,
    optimiser: torch.optim.Optimizer,
    clips: list[Tensor],
    captions: list[Tensor],
    margin: float,
    rng: torch.Generator,
) -> float:
    """One step on a batch of pairs of different clips; the loss."""
    encoder.train()
    frames = encoder(nn.utils.rnn.pad_sequence(clips, batch_first=True))
    loss = torch.zeros(())
    for pair in range(len(clips)):
        own = frames[pair, : len(clips[pair])]
        true = score(own, captions[pair])
        caption, clip = (_another(pair, len(clips), rng) for _ in range(2))
        other = frames[clip, : len(clips[clip])]
        loss = loss + torch.clamp(score(own, captions[caption]) - true + margin, min=0)
        loss = loss + torch.clamp(score(other, captions[pair]) - true + margin, min=0)
    loss = loss / len(clips)
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def _another(pair: int, n_pairs: int, rng: torch.Generator) -> int:
    drawn = int(torch.randint(n_pairs - 1, (1,), generator=rng))
    return drawn + (drawn >= pair)
