"""The score of every clip and caption, some clips at a time: never all of them at once."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from audiophrase.model.encoders import Encoder
from audiophrase.model.similarity import best_words, similarity_of_frames, word_scores
from audiophrase.train import Pairs, encode

SCORES_A_BLOCK = 2**24  # of 4 bytes


class Captions:
    """Captions as the columns of their words among all different words."""

    def __init__(self, columns: Sequence[np.ndarray]) -> None:
        lengths = np.array([len(caption) for caption in columns], np.int64)
        self.columns = columns
        self.words = torch.from_numpy(np.concatenate(columns))
        self.first = torch.from_numpy(np.cumsum(lengths) - lengths)

    def __len__(self) -> int:
        return len(self.columns)

    def take(self, numbers: np.ndarray) -> "Captions":
        """Some of the captions."""
        return Captions([self.columns[number] for number in numbers.tolist()])

    def means(self, of_words: Tensor) -> Tensor:
        """The mean over each caption's words: (B, V) -> (B, Q).

        Sums are taken word by word, so a pair's score does not depend on the pairs beside it.
        """
        by_word = of_words.T.contiguous()
        return F.embedding_bag(self.words, by_word, self.first, mode="mean").T.contiguous()


Scorer = Callable[[Captions], Tensor]  # (B, Q) of some clips and these captions


class PairScores:
    """Equation 3, or what `score` names, of every clip and caption of `pairs`.

    A caption's `mean` or `max_frames` follows from its words', so the clips are encoded once and
    (n_clips, V) values kept, V being the number of different words; for `max_words` they are
    encoded each time that scores are asked for. All that is handed out is on the CPU.
    """

    def __init__(self, model: Encoder, pairs: Pairs, vectors: Tensor, *, score: str) -> None:
        self.clip_of_caption = np.array(pairs.clip_of_pair)
        self.n_clips = len(pairs.features)
        # Ascending, so that captions of the same words get the same score to the last bit.
        captions = [np.sort(np.array(caption, np.int64)) for caption in pairs.words_of_pair]
        words = np.unique(np.concatenate(captions))
        self.captions = Captions([np.searchsorted(words, caption) for caption in captions])
        self._model, self._features = model, pairs.features
        self._vectors = vectors[torch.from_numpy(words)].to(model.device)
        self._of_words = None if score == "max_words" else self._encode_words(score)

    def own(self) -> np.ndarray:
        """Each caption's score with its own clip: (n_captions,)."""
        own = np.empty(len(self.captions), np.float32)
        order = np.argsort(self.clip_of_caption, kind="stable")
        bounds = np.searchsorted(self.clip_of_caption[order], np.arange(self.n_clips + 1))
        for clips, scores_of in self._scorers():
            mine = [order[bounds[clip] : bounds[clip + 1]] for clip in clips.tolist()]
            row = np.repeat(np.arange(len(clips)), [len(of_clip) for of_clip in mine])
            chosen = np.concatenate(mine)
            if len(chosen):
                scores = scores_of(self.captions.take(chosen)).numpy()
                own[chosen] = scores[row, np.arange(len(chosen))]
        return own

    def rows(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Every clip once: clip numbers (B,) and their scores with all captions (B, n_captions)."""
        for clips, scores_of in self._scorers():
            yield clips, scores_of(self.captions).numpy()

    def _encode_words(self, score: str) -> Tensor:
        of_words = torch.empty(self.n_clips, len(self._vectors))
        for clips, similar, lengths in self._similarities():
            of_words[clips] = word_scores(similar, lengths, score=score).cpu()
        return of_words

    @torch.no_grad()
    def _similarities(self) -> Iterator[tuple[list[int], Tensor, Tensor]]:
        for clips, frames in encode(self._model, self._features):
            n_frames = torch.full((len(clips),), frames.shape[1])
            yield clips, *similarity_of_frames(frames, n_frames, self._vectors)

    def _scorers(self) -> Iterator[tuple[np.ndarray, Scorer]]:
        if self._of_words is None:
            for clips, similar, lengths in self._similarities():
                yield np.array(clips), _best_words_of(similar, lengths)
            return
        n_rows = max(1, SCORES_A_BLOCK // len(self.captions))
        for first in range(0, self.n_clips, n_rows):
            of_words = self._of_words[first : first + n_rows]
            yield np.arange(first, first + len(of_words)), _means_of(of_words)


def _best_words_of(similar: Tensor, lengths: Tensor) -> Scorer:
    def scores_of(captions: Captions) -> Tensor:
        columns = [
            torch.from_numpy(of_caption).to(similar.device) for of_caption in captions.columns
        ]
        return (best_words(similar, columns) / lengths).cpu()

    return scores_of


def _means_of(of_words: Tensor) -> Scorer:
    return lambda captions: captions.means(of_words)
