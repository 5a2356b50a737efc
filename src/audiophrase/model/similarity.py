"""How alike frames and words are: equations 1 to 3 of the paper, and the phrases' equation 5.

T frames, N words, D dimensions, B clips, Q captions, V different words of these captions.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def frame_word_similarity(frames: Tensor, words: Tensor) -> Tensor:
    """Equations 1 and 2: dot products, negatives dropped. (T, D), (N, D) -> (T, N)."""
    return (frames @ words.T).clamp(min=0)


def clip_caption_similarity(frames: Tensor, words: Tensor) -> Tensor:
    """Equation 3: the mean over all frames and words. (T, D), (N, D) -> ()."""
    return frame_word_similarity(frames, words).mean()


def similarity_matrix(
    frames: Tensor, n_frames: Tensor, vocabulary: Tensor, bags: Tensor, *, score: str = "mean"
) -> Tensor:
    """The score S of every pair of a clip and a caption, in [0, 1]. -> (B, Q).

    With s the similarities of equation 2, `score` is one of

    - `mean`, equation 3: S = 1/(TN) sum_t sum_n s_tn. The mean over frames is taken once for each
      different word; a caption's score is then the mean of its words' scores, which is what
      equation 3 says in another order of summation.
    - `max_frames`: S = 1/N sum_n max_t s_tn, each word where it is heard best.
    - `max_words`: S = 1/T sum_t max_n s_tn, each frame with the word that suits it best.

    Args:
        frames: (B, T, D), of length one, padded.
        n_frames: (B,) true lengths, on the CPU.
        vocabulary: (V, D) different words, of length one.
        bags: (Q, V) how often each word stands in each caption, divided by the caption's length.
    """
    similar, lengths = similarity_of_frames(frames, n_frames, vocabulary)
    if score == "max_words":
        return best_words(similar, [bag.nonzero().squeeze(1) for bag in bags]) / lengths
    return word_scores(similar, lengths, score=score) @ bags.T


def similarity_of_frames(
    frames: Tensor, n_frames: Tensor, vocabulary: Tensor
) -> tuple[Tensor, Tensor]:
    """Equation 2 of a batch, zero in the padding, and the true lengths: (B, T, V), (B, 1)."""
    similar = (frames @ vocabulary.T).relu()
    beyond = torch.arange(frames.shape[1])[None, :] >= n_frames[:, None]  # on the CPU: no waiting
    if beyond.any():
        similar = similar.masked_fill(beyond[:, :, None].to(similar.device), 0)
    return similar, n_frames[:, None].to(similar.device)


def word_scores(similar: Tensor, lengths: Tensor, *, score: str) -> Tensor:
    """Each word by itself, over all frames: (B, T, V), (B, 1) -> (B, V).

    A caption's score `mean` or `max_frames` is the mean of its words'.
    """
    if score == "mean":
        return similar.sum(dim=1) / lengths
    # Departure: the released code names these two beside the mean (`train.score`).
    if score == "max_frames":
        return similar.amax(dim=1)  # no s is below zero: the padding is no maximum
    raise ValueError(f"unknown score '{score}'")


def best_words(similar: Tensor, captions: Sequence[Tensor]) -> Tensor:
    """The score `max_words`, summed over the frames: (B, T, V), Q lists of words -> (B, Q)."""
    of_captions = [similar.index_select(2, words).amax(dim=2).sum(dim=1) for words in captions]
    return torch.stack(of_captions, dim=1)


def bags_of_words(captions: list[list[int]]) -> tuple[list[int], Tensor]:
    """The different words of captions, ascending, and each caption's share of them (Q, V)."""
    words = sorted({word for caption in captions for word in caption})
    column = {word: index for index, word in enumerate(words)}
    bags = torch.zeros(len(captions), len(words))
    for row, caption in enumerate(captions):
        for word in caption:
            bags[row, column[word]] += 1 / len(caption)
    return words, bags


def frame_phrase_similarity(similar: np.ndarray, *, aggregation: str, min_max: bool) -> np.ndarray:
    """Equation 5: mean or max over a phrase's words, then min-max over the clip's frames.

    (T, N) -> (T,). A constant row becomes zeros where `min_max` holds.
    """
    scores = similar.mean(axis=1) if aggregation == "mean" else similar.max(axis=1)
    return min_max_over_frames(scores) if min_max else scores


def min_max_over_frames(scores: np.ndarray) -> np.ndarray:
    """Scores of one clip, stretched to reach from zero to one. (T,) -> (T,)."""
    low, high = scores.min(), scores.max()
    return (scores - low) / (high - low) if high > low else np.zeros_like(scores)
