import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from audiophrase.model.similarity import (
    bags_of_words,
    clip_caption_similarity,
    frame_phrase_similarity,
    frame_word_similarity,
    similarity_matrix,
)


def unit_vectors(*shape: int, seed: int = 0) -> torch.Tensor:
    x = torch.randn(*shape, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.normalize(x, dim=-1)


def test_equations_one_and_two_on_known_vectors():
    frames = torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]])
    words = torch.tensor([[0.6, 0.8]])
    expected = torch.tensor([[0.6], [0.8], [0.0]])
    torch.testing.assert_close(frame_word_similarity(frames, words), expected)


def test_equation_three_equals_two_loops():
    frames, words = unit_vectors(7, 5), unit_vectors(4, 5, seed=1)
    total = 0.0
    for t in range(7):
        for n in range(4):
            total += max(0.0, float(sum(frames[t, d] * words[n, d] for d in range(5))))
    assert clip_caption_similarity(frames, words).item() == pytest.approx(total / 28, abs=1e-6)


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    captions=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=7), min_size=1, max_size=5),
)
def test_matrix_equals_equation_three_pair_by_pair(lengths, captions):
    """True lengths, whatever the padding holds, and words that occur twice count twice."""
    vectors = unit_vectors(6, 8, seed=2)
    frames = unit_vectors(len(lengths), max(lengths), 8, seed=3)
    words, bags = bags_of_words(captions)
    matrix = similarity_matrix(frames, torch.tensor(lengths), vectors[words], bags)
    for b, n_frames in enumerate(lengths):
        for q, caption in enumerate(captions):
            expected = clip_caption_similarity(frames[b, :n_frames], vectors[caption])
            assert matrix[b, q].item() == pytest.approx(expected.item(), abs=1e-6)


def test_scores_lie_between_zero_and_one():
    frames = unit_vectors(1, 6, 4)
    word = frames[0, :1]
    matrix = similarity_matrix(frames[:, :1], torch.tensor([1]), word, torch.ones(1, 1))
    assert matrix.item() == pytest.approx(1.0)


def test_equation_five_on_known_values():
    similar = np.array([[0.0, 0.4], [0.2, 0.4], [0.6, 0.4]], dtype=np.float32)
    mean = frame_phrase_similarity(similar, aggregation="mean", min_max=True)
    np.testing.assert_allclose(mean, [0, 1 / 3, 1], atol=1e-6)
    largest = frame_phrase_similarity(similar, aggregation="max", min_max=True)
    np.testing.assert_allclose(largest, [0, 0, 1], atol=1e-6)
    raw = frame_phrase_similarity(similar, aggregation="mean", min_max=False)
    np.testing.assert_allclose(raw, [0.2, 0.3, 0.5], atol=1e-6)


def test_a_constant_row_becomes_zeros_and_never_nan():
    similar = np.full((5, 2), 0.3, dtype=np.float32)
    row = frame_phrase_similarity(similar, aggregation="mean", min_max=True)
    np.testing.assert_array_equal(row, np.zeros(5))


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    captions=st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=7), min_size=1, max_size=5),
)
def test_best_frames_and_best_words_equal_loops_over_each_pair(lengths, captions):
    vectors = unit_vectors(6, 8, seed=2)
    frames = unit_vectors(len(lengths), max(lengths), 8, seed=3)
    words, bags = bags_of_words(captions)
    of_batch = (frames, torch.tensor(lengths), vectors[words], bags)
    best_frames = similarity_matrix(*of_batch, score="max_frames")
    best_words = similarity_matrix(*of_batch, score="max_words")
    for b, n_frames in enumerate(lengths):
        for q, caption in enumerate(captions):
            similar = frame_word_similarity(frames[b, :n_frames], vectors[caption]).tolist()
            expected = sum(max(row[n] for row in similar) for n in range(len(caption)))
            assert best_frames[b, q].item() == pytest.approx(expected / len(caption), abs=1e-6)
            expected = sum(max(row) for row in similar)
            assert best_words[b, q].item() == pytest.approx(expected / n_frames, abs=1e-6)


def test_an_unknown_score_is_refused():
    with pytest.raises(ValueError, match="unknown score 'median'"):
        similarity_matrix(
            unit_vectors(1, 2, 4),
            torch.tensor([2]),
            unit_vectors(1, 4),
            torch.ones(1, 1),
            score="median",
        )
