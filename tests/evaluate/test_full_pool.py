"""Retrieval among all, beside sorting every row, whatever clips come at a time."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from score_blocks import blocks, own_scores
from sklearn.metrics import label_ranking_average_precision_score

from audiophrase.evaluate.full_pool import FullPool, Queries
from audiophrase.evaluate.retrieval import DIRECTIONS, Ranked, measure
from audiophrase.evaluate.summary import by_scores


def queries_of(scores, clip_of_caption, *, ks, map_k, size=5, order=None) -> dict[str, Queries]:
    own = own_scores(scores, clip_of_caption)
    pool = FullPool(own, clip_of_caption, ks=ks, map_ks=[map_k])
    for clips, rows in blocks(scores, size, order):
        pool.add(clips, rows)
    return pool.queries()


def measures_of(scores, clip_of_caption, *, ks, map_k):
    rows = measure(
        Ranked(
            dict.fromkeys(DIRECTIONS, np.ones((1, len(scores)))),
            queries_of(scores, clip_of_caption, ks=ks, map_k=map_k),
        ),
        np.ones((1, len(scores)), np.uint8),
        pool_size=1,
        ks=[],
        full_pool_ks=ks,
        map_ks=[map_k],
        confidence=0.9,
    )
    return by_scores(rows)


def sorted_rows(scores: np.ndarray, relevant: np.ndarray, k: int):
    """Best rank, average precision and share found of each row, every row sorted."""
    order = np.lexsort((relevant, -scores))  # at equal scores the false items come first
    hits = np.take_along_axis(relevant, order, axis=1)
    precision = hits.cumsum(axis=1) / np.arange(1, hits.shape[1] + 1)
    gained = (precision * hits)[:, :k].sum(axis=1)
    n_true = relevant.sum(axis=1)
    share = hits[:, :k].sum(axis=1) / n_true
    return 1 + hits.argmax(axis=1), gained / np.minimum(n_true, k), share


@given(
    seed=st.integers(0, 2**32 - 1),
    n_levels=st.integers(1, 40),
    nan=st.sampled_from([0.0, 0.2, 0.9]),
    k=st.sampled_from([1, 3, 10]),
    size=st.sampled_from([1, 4, 9]),
)
def test_ranks_and_precisions_equal_those_of_sorted_rows_to_the_bit(seed, n_levels, nan, k, size):
    rng = np.random.default_rng(seed)
    clip_of_caption = rng.permutation(np.append(np.arange(9), rng.integers(0, 4, 30)))
    scores = (rng.integers(0, n_levels, (9, 39)) / n_levels).astype(np.float32)
    scores[rng.random(scores.shape) < nan] = np.nan
    relevant = np.arange(9)[:, None] == clip_of_caption
    queries = queries_of(
        scores, clip_of_caption, ks=[2, k], map_k=k, size=size, order=rng.permutation(9)
    )
    for direction, (matrix, true) in {
        "audio_to_caption": (scores, relevant),
        "caption_to_audio": (scores.T, relevant.T),
    }.items():
        best_rank, precision, share = sorted_rows(matrix, true, k)
        np.testing.assert_array_equal(queries[direction].best_rank, best_rank)
        np.testing.assert_array_equal(queries[direction].average_precision[k], precision)
        np.testing.assert_array_equal(queries[direction].share_found[k], share)
    np.testing.assert_array_equal(queries["audio_to_caption"].clip, np.arange(9))
    np.testing.assert_array_equal(queries["caption_to_audio"].clip, clip_of_caption)


def test_average_precision_equals_scikit_learn():
    scores = np.random.default_rng(4).random((20, 100))
    clip_of_caption = np.repeat(np.arange(20), 5)
    measures = measures_of(scores, clip_of_caption, ks=[1, 5, 10], map_k=100)
    relevant = np.arange(20)[:, None] == clip_of_caption
    expected = label_ranking_average_precision_score(relevant, scores)
    assert measures["audio_to_caption"]["map100"] == pytest.approx(expected)
    expected = label_ranking_average_precision_score(relevant.T, scores.T)
    assert measures["caption_to_audio"]["map100"] == pytest.approx(expected)


def test_a_case_worked_by_hand():
    # Clip 0 finds its captions at ranks 2 and 3, clip 1 at ranks 1 and 4.
    scores = np.array([[0.8, 0.7, 0.9, 0.1], [0.5, 0.4, 0.9, 0.3]])
    measures = measures_of(scores, np.array([0, 0, 1, 1]), ks=[1, 2], map_k=3)
    of_clips = measures["audio_to_caption"]
    assert of_clips["r1"] == 0.5
    assert of_clips["r2"] == 1.0
    assert of_clips["share_found1"] == 0.25
    assert of_clips["share_found2"] == 0.5
    assert of_clips["median_rank"] == 1.5
    assert of_clips["map3"] == pytest.approx(((1 / 2 + 2 / 3) / 2 + (1 / 1) / 2) / 2)


@given(seed=st.integers(0, 2**32 - 1))
def test_a_true_item_at_a_tie_ranks_behind(seed):
    scores = np.random.default_rng(seed).integers(0, 3, (6, 12)) / 2.0
    clip_of_caption = np.repeat(np.arange(6), 2)
    measures = measures_of(scores, clip_of_caption, ks=[1], map_k=10)["audio_to_caption"]
    relevant = np.arange(6)[:, None] == clip_of_caption
    best = np.where(relevant, scores, -1).max(axis=1)
    rival = np.where(relevant, -1, scores).max(axis=1)
    assert measures["r1"] == pytest.approx((best > rival).mean())


def test_memory_is_that_of_the_clips_and_captions_not_of_their_pairs():
    n_clips, n_captions = 2000, 8000
    clip_of_caption = np.arange(n_captions) % n_clips
    row = np.linspace(0, 1, n_captions, dtype=np.float32)
    tracemalloc.start()
    pool = FullPool(row.copy(), clip_of_caption, ks=[1, 5], map_ks=[10])
    for first in range(0, n_clips, 10):
        pool.add(np.arange(first, first + 10), np.broadcast_to(row, (10, n_captions)))
    queries = pool.queries()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(queries["caption_to_audio"].best_rank) == n_captions
    assert peak < 2e6  # the pairs are 16 million
