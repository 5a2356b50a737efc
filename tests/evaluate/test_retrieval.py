"""Retrieval as a whole: one pass over the scores, and its measures in resamples of the clips."""

import numpy as np
import pytest
from score_blocks import ranked

from audiophrase.evaluate import bootstrap
from audiophrase.evaluate.pools import draw_pools, recall_at
from audiophrase.evaluate.retrieval import full_pool_resamples, pool_resamples


def pools(clip_of_caption, n_repeats: int = 4):
    rng = np.random.default_rng(0)
    return draw_pools(clip_of_caption, pool_size=30, n_repeats=n_repeats, rng=rng)


def drawn_again(counts):
    return np.repeat(np.arange(len(counts)), counts)


@pytest.mark.parametrize("size", [1, 7, 66])
def test_some_clips_at_a_time_rank_as_all_at_once(size):
    rng = np.random.default_rng(5)
    clip_of_caption = rng.permutation(np.append(np.arange(67), rng.integers(0, 67, 200)))
    scores = rng.integers(0, 50, (67, 267)) / 50
    drawn = pools(clip_of_caption)
    whole = ranked(scores, clip_of_caption, drawn, size=67)
    in_blocks = ranked(scores, clip_of_caption, drawn, size=size, order=rng.permutation(67))
    for direction, of_pools in whole.pools.items():
        np.testing.assert_array_equal(in_blocks.pools[direction], of_pools)
        for name in ("clip", "best_rank", "average_precision"):
            np.testing.assert_array_equal(
                getattr(in_blocks.full[direction], name), getattr(whole.full[direction], name)
            )


def test_resampled_recalls_equal_those_of_the_drawn_queries():
    rng = np.random.default_rng(6)
    clip_of_caption = np.repeat(np.arange(67), 5)
    scores = rng.integers(0, 9, (67, 335)) / 8.0
    ranks = ranked(scores, clip_of_caption, pools(clip_of_caption)).pools["audio_to_caption"]
    counts = bootstrap.resample(67, 25, rng)
    found = pool_resamples(ranks, counts, ks=[1, 5])
    for row, drawn in enumerate(counts):
        again = ranks[:, drawn_again(drawn)]
        for k in (1, 5):
            assert found[f"r{k}"][row] == pytest.approx(recall_at(again, k).mean())


@pytest.mark.parametrize("direction", ["audio_to_caption", "caption_to_audio"])
def test_resampled_full_pools_equal_the_drawn_clips_queries(direction):
    rng = np.random.default_rng(7)
    scores, clip_of_caption = rng.random((12, 40)), np.sort(rng.integers(0, 12, 40))
    clip_of_caption[:12] = np.arange(12)  # none without a caption
    queries = ranked(scores, clip_of_caption, pools(clip_of_caption)).full[direction]
    counts = bootstrap.resample(12, 25, rng)
    found = full_pool_resamples(queries, counts, ks=[1, 5], map_k=10)
    for row, drawn in enumerate(counts):
        again = drawn_again(drawn[queries.clip])
        ranks = queries.best_rank[again]
        assert found["r5"][row] == pytest.approx((ranks <= 5).mean())
        assert found["map10"][row] == pytest.approx(queries.average_precision[again].mean())
        assert found["median_rank"][row] == np.median(ranks)
