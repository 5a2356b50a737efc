"""Pools: who is drawn, and the ranks in them, whatever clips come at a time."""

import tracemalloc

import numpy as np
import pytest
from score_blocks import blocks, own_scores
from sklearn.metrics import top_k_accuracy_score

from audiophrase.evaluate.pools import PoolRanks, draw_pools, recall_at

CLIP_OF_CAPTION = np.repeat(np.arange(67), 5)


def pools(pool_size: int = 30, n_repeats: int = 20, clip_of_caption=CLIP_OF_CAPTION, seed: int = 0):
    rng = np.random.default_rng(seed)
    return draw_pools(clip_of_caption, pool_size=pool_size, n_repeats=n_repeats, rng=rng)


def ranks_of(scores, drawn, clip_of_caption=CLIP_OF_CAPTION, *, size: int = 5, order=None):
    ranks = PoolRanks(drawn, own_scores(scores, clip_of_caption))
    for clips, rows in blocks(scores, size, order):
        ranks.add(clips, rows)
    return ranks.ranks()


def test_pools_begin_with_the_clip_itself_and_hold_no_clip_twice():
    drawn = pools()
    assert drawn.clips.shape == drawn.captions.shape == (20, 67, 30)
    assert (drawn.clips[:, :, 0] == np.arange(67)).all()
    assert (np.diff(np.sort(drawn.clips, axis=2), axis=2) > 0).all()
    assert (CLIP_OF_CAPTION[drawn.captions] == drawn.clips).all()


def test_all_clips_and_all_captions_are_drawn_alike():
    drawn = pools(n_repeats=400)
    others = np.bincount(drawn.clips[:, 0, 1:].ravel(), minlength=67)[1:] / 400
    np.testing.assert_allclose(others, 29 / 66, atol=0.12)
    own = np.bincount(drawn.captions[:, 0, 0], minlength=5) / 400
    np.testing.assert_allclose(own, 1 / 5, atol=0.08)


def test_few_clips_out_of_many_are_drawn_alike_and_none_twice():
    clip_of_caption = np.repeat(np.arange(150), 2)
    drawn = pools(4, 4000, clip_of_caption).clips  # too few for shuffling: 3 of 149
    assert (drawn[:, :, 0] == np.arange(150)).all()
    assert (np.diff(np.sort(drawn, axis=2), axis=2) > 0).all()
    for clip in (0, 70, 149):
        often = np.bincount(drawn[:, clip, 1:].ravel(), minlength=150)
        assert often[clip] == 0
        np.testing.assert_allclose(np.delete(often, clip) / 4000, 3 / 149, atol=0.01)


def test_every_set_of_clips_is_as_likely():
    clip_of_caption = np.arange(67)
    drawn = np.sort(pools(3, 3000, clip_of_caption).clips[:, :, 1:], axis=2)  # pairs of 66
    for first, clip in ((0, 66), (66, 0)):
        of_clip = drawn[:, clip] - min(first, 1)
        often = np.bincount(66 * of_clip[:, 0] + of_clip[:, 1], minlength=66**2).reshape(66, 66)
        upper = often[np.triu_indices(66, 1)]
        assert upper.sum() == 3000
        spread = ((upper - 3000 / 2145) ** 2 / (3000 / 2145)).sum()  # chi squared, 2,144 degrees
        assert abs(spread - 2144) < 5 * np.sqrt(2 * 2144)


@pytest.mark.parametrize("n_clips", [12, 67, 400])
def test_a_test_split_of_the_papers_size_has_the_draws_it_always_had(n_clips, monkeypatch):
    """All others of all repeats shuffled at once: what published numbers rest on."""
    monkeypatch.setattr("audiophrase.evaluate.pools.VALUES_A_BLOCK", 1500)
    n_captions = 1 + np.arange(n_clips) % 3
    clip_of_caption = np.repeat(np.arange(n_clips), n_captions)
    drawn = pools(30, 3, clip_of_caption, seed=8)
    rng, size = np.random.default_rng(8), min(30, n_clips)
    others = np.array([np.delete(np.arange(n_clips), clip) for clip in range(n_clips)])
    shuffled = rng.permuted(np.broadcast_to(others, (3, *others.shape)), axis=2)
    chosen = rng.integers(n_captions[drawn.clips])
    np.testing.assert_array_equal(drawn.clips[:, :, 1:], shuffled[:, :, : size - 1])
    first = np.cumsum(n_captions) - n_captions
    np.testing.assert_array_equal(drawn.captions, first[drawn.clips] + chosen)


def test_captions_may_stand_in_any_order():
    clip_of_caption = np.random.default_rng(3).permutation(np.repeat(np.arange(20), 3))
    drawn = pools(6, 10, clip_of_caption)
    assert (clip_of_caption[drawn.captions] == drawn.clips).all()


def test_fewer_clips_than_the_pool_all_compete():
    assert pools(clip_of_caption=CLIP_OF_CAPTION[:60]).clips.shape == (20, 12, 12)


@pytest.mark.parametrize("size", [1, 5, 67])
def test_ranks_equal_a_loop_over_pools(size):
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 6, (67, 335)) / 6.0  # with many ties
    scores[rng.random(scores.shape) < 0.1] = np.nan
    drawn = pools(n_repeats=3)
    ranks = ranks_of(scores, drawn, size=size, order=rng.permutation(67))
    for repeat in range(3):
        for clip in range(67):
            members = list(
                zip(drawn.clips[repeat, clip], drawn.captions[repeat, clip], strict=True)
            )
            _, own = members[0]
            true = scores[clip, own]
            lost = sum(not scores[clip, caption] < true for _, caption in members[1:])
            assert ranks["audio_to_caption"][repeat, clip] == 1 + lost
            lost = sum(not scores[other, own] < true for other, _ in members[1:])
            assert ranks["caption_to_audio"][repeat, clip] == 1 + lost


@pytest.mark.parametrize("score", [0.0, np.nan])
def test_ties_count_against_the_model_and_so_do_scores_that_are_no_numbers(score):
    ranks = ranks_of(np.full((67, 335), score), pools(n_repeats=1))
    assert (ranks["audio_to_caption"] == 30).all()
    assert (ranks["caption_to_audio"] == 30).all()
    assert recall_at(ranks["caption_to_audio"], 5) == 0


@pytest.mark.parametrize("k", [1, 5])
def test_random_scores_reach_chance(k):
    rng = np.random.default_rng(2)
    recalls = [
        recall_at(ranks_of(rng.random((67, 335)), pools(seed=seed))["audio_to_caption"], k).mean()
        for seed in range(40)
    ]
    error = np.std(recalls, ddof=1) / np.sqrt(len(recalls))
    assert np.mean(recalls) == pytest.approx(k / 30, abs=3 * error)


def test_recall_in_pools_of_everything_equals_scikit_learn():
    scores = np.random.default_rng(3).random((12, 12))
    drawn = pools(clip_of_caption=np.arange(12), n_repeats=1)
    ranks = ranks_of(scores, drawn, np.arange(12))
    for k in (1, 5):
        expected = top_k_accuracy_score(np.arange(12), scores, k=k)
        assert recall_at(ranks["audio_to_caption"], k)[0] == pytest.approx(expected)
        expected = top_k_accuracy_score(np.arange(12), scores.T, k=k)
        assert recall_at(ranks["caption_to_audio"], k)[0] == pytest.approx(expected)


@pytest.mark.parametrize("n_clips", [900, 4000])  # shuffled, and drawn one by one
def test_drawing_holds_no_table_of_clips_by_clips(n_clips, monkeypatch):
    monkeypatch.setattr("audiophrase.evaluate.pools.VALUES_A_BLOCK", 2**16)
    clip_of_caption = np.arange(n_clips)
    tracemalloc.start()
    drawn = pools(30, 4, clip_of_caption)
    PoolRanks(drawn, np.zeros(n_clips, np.float32))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * drawn.clips.size + 2e6
    assert peak < 8 * n_clips**2  # one table; there were one and more for each of the repeats
