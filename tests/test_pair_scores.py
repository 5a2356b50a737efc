"""Scores handed out some clips at a time equal those of all clips at once."""

import numpy as np
import pytest
import torch

from audiophrase import pair_scores
from audiophrase.model.encoders.crnn import CRNN
from audiophrase.model.parameters import CRNNParams
from audiophrase.pair_scores import PairScores
from audiophrase.train import Pairs, score_matrix

N_CLIPS = 40


@pytest.fixture(scope="module")
def model():
    made = CRNN(6, CRNNParams([4, 8], [[2, 4], [2, 4]], 4, 0.1, 0.3))
    made.initialise(torch.Generator().manual_seed(0))
    return made


@pytest.fixture(scope="module")
def vectors():
    drawn = torch.randn(30, 6, generator=torch.Generator().manual_seed(1))
    return torch.nn.functional.normalize(drawn, dim=1)


@pytest.fixture(scope="module")
def pairs():
    """Clips of three lengths; captions in any order, some of the same words, some words twice."""
    rng, generator = np.random.default_rng(2), torch.Generator().manual_seed(2)
    log_mels = [torch.randn(20 + 4 * (n % 3), 16, generator=generator) for n in range(N_CLIPS)]
    clips = rng.permutation(np.append(np.arange(N_CLIPS), rng.integers(0, N_CLIPS, 60)))
    words = [rng.integers(3, 30, rng.integers(1, 9)).tolist() for _ in clips]
    words[7] = [5, *range(5, 14)]
    words[8], words[9] = words[7][::-1], words[7][1:]
    return Pairs(log_mels, clips.tolist(), words)


def gathered(scores: PairScores, n_captions: int) -> np.ndarray:
    matrix = np.full((N_CLIPS, n_captions), np.nan, np.float32)
    for clips, rows in scores.rows():
        assert np.isnan(matrix[clips]).all(), "a clip came twice"
        matrix[clips] = rows
    return matrix


@pytest.mark.parametrize("score", ["mean", "max_frames", "max_words"])
def test_rows_equal_the_score_matrix_in_blocks_of_any_size(
    model, vectors, pairs, score, monkeypatch
):
    expected = score_matrix(model, pairs, vectors, score=score).numpy()
    first = None
    for n_scores in (1, 700, 10**7):
        monkeypatch.setattr(pair_scores, "SCORES_A_BLOCK", n_scores)
        scores = PairScores(model, pairs, vectors, score=score)
        matrix = gathered(scores, len(pairs.clip_of_pair))
        np.testing.assert_allclose(matrix, expected, rtol=0, atol=1e-6)
        first = matrix if first is None else first
        np.testing.assert_array_equal(matrix, first)
        own = matrix[pairs.clip_of_pair, np.arange(matrix.shape[1])]
        np.testing.assert_array_equal(scores.own(), own)


@pytest.mark.parametrize("score", ["mean", "max_frames"])
def test_captions_of_the_same_words_tie_to_the_last_bit(model, vectors, pairs, score):
    scores = PairScores(model, pairs, vectors, score=score)
    matrix = gathered(scores, len(pairs.clip_of_pair))
    np.testing.assert_array_equal(matrix[:, 7], matrix[:, 8])
    assert (matrix[:, 7] != matrix[:, 9]).any()  # a word that stands twice counts twice


@pytest.mark.parametrize("score", ["mean", "max_words"])
def test_a_block_holds_no_more_scores_than_it_may(model, vectors, pairs, score, monkeypatch):
    monkeypatch.setattr(pair_scores, "SCORES_A_BLOCK", 350)
    sizes = [rows.size for _, rows in PairScores(model, pairs, vectors, score=score).rows()]
    assert max(sizes) <= (350 if score == "mean" else 16 * len(pairs.clip_of_pair))
    assert sum(sizes) == N_CLIPS * len(pairs.clip_of_pair)


def test_an_unknown_score_is_refused(model, vectors, pairs):
    with pytest.raises(ValueError, match="unknown score 'median'"):
        PairScores(model, pairs, vectors, score="median")
