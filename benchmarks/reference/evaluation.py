"""Evaluation with a forward pass for each question: each pair, or each phrase and threshold."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from audiophrase.model.encoders.crnn import CRNN


@torch.no_grad()
def pair_score(encoder: CRNN, log_mel: Tensor, words: Tensor) -> float:
    """Equation 3 of one clip (T, n_mels) and one caption (N, D), the clip encoded for it."""
    frames = encoder(log_mel[None])[0]
    return torch.clamp(frames @ words.T, min=0).mean().item()


@torch.no_grad()
def phrase_scores(encoder: CRNN, log_mel: Tensor, words: Tensor, aggregation: str) -> np.ndarray:
    """Equation 5 of one clip and one phrase, min-max'd over its frames, the clip encoded for it."""
    similar = torch.clamp(encoder(log_mel[None])[0] @ words.T, min=0)
    scores = similar.mean(dim=1) if aggregation == "mean" else similar.max(dim=1).values
    return ((scores - scores.min()) / (scores.max() - scores.min())).numpy()


def confusion(scores: np.ndarray, active: np.ndarray, threshold: float) -> np.ndarray:
    """True positives, false positives and false negatives of one phrase at one threshold."""
    predicted = scores >= threshold
    return np.array(
        [(predicted & active).sum(), (predicted & ~active).sum(), (~predicted & active).sum()]
    )


def precision_recall_f1(counts: Sequence[int]) -> tuple[float, float, float]:
    """From true positives, false positives and false negatives; zero where nothing is predicted."""
    true, false, missed = counts
    if true == 0:
        return 0.0, 0.0, 0.0
    precision, recall = true / (true + false), true / (true + missed)
    return precision, recall, 2 * precision * recall / (precision + recall)


def full_pool(
    scores: np.ndarray, clip_of_caption: np.ndarray, map_k: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Best rank and average precision of each query among all, every row of the matrix sorted."""
    relevant = np.arange(len(scores))[:, None] == clip_of_caption[None, :]
    return {
        "audio_to_caption": _sorted_rows(scores, relevant, map_k),
        "caption_to_audio": _sorted_rows(scores.T, relevant.T, map_k),
    }


def _sorted_rows(
    scores: np.ndarray, relevant: np.ndarray, map_k: int
) -> tuple[np.ndarray, np.ndarray]:
    order = np.lexsort((relevant, -scores))  # at equal scores the false items come first
    hits = np.take_along_axis(relevant, order, axis=1)
    precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    gained = (precision * hits)[:, :map_k].sum(axis=1)
    return 1 + hits.argmax(axis=1), gained / np.minimum(relevant.sum(axis=1), map_k)
