import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import label_ranking_average_precision_score, top_k_accuracy_score

from audiophrase.evaluate import bootstrap
from audiophrase.evaluate.retrieval import (
    draw_pools,
    full_pool,
    full_pool_queries,
    full_pool_resamples,
    pool_ranks,
    pool_resamples,
    recall_at,
)

CAPTIONS = [list(range(5 * clip, 5 * clip + 5)) for clip in range(67)]


def pools(pool_size: int = 30, n_repeats: int = 20, captions=CAPTIONS, seed: int = 0):
    rng = np.random.default_rng(seed)
    return draw_pools(captions, pool_size=pool_size, n_repeats=n_repeats, rng=rng)


def test_pools_begin_with_the_clip_itself_and_hold_no_clip_twice():
    drawn = pools()
    assert drawn.clips.shape == drawn.captions.shape == (20, 67, 30)
    assert (drawn.clips[:, :, 0] == np.arange(67)).all()
    assert (np.diff(np.sort(drawn.clips, axis=2), axis=2) > 0).all()
    assert (drawn.captions // 5 == drawn.clips).all()


def test_all_clips_and_all_captions_are_drawn_alike():
    drawn = pools(n_repeats=400)
    others = np.bincount(drawn.clips[:, 0, 1:].ravel(), minlength=67)[1:] / 400
    np.testing.assert_allclose(others, 29 / 66, atol=0.12)
    own = np.bincount(drawn.captions[:, 0, 0], minlength=5) / 400
    np.testing.assert_allclose(own, 1 / 5, atol=0.08)


def test_fewer_clips_than_the_pool_all_compete():
    assert pools(captions=CAPTIONS[:12]).clips.shape == (20, 12, 12)


def test_ranks_equal_a_loop_over_pools():
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 6, (67, 335)) / 6.0  # with many ties
    drawn = pools(n_repeats=3)
    ranks = pool_ranks(scores, drawn)
    for repeat in range(3):
        for clip in range(67):
            members = list(
                zip(drawn.clips[repeat, clip], drawn.captions[repeat, clip], strict=True)
            )
            _, own = members[0]
            better = sum(scores[clip, caption] >= scores[clip, own] for _, caption in members[1:])
            assert ranks["audio_to_caption"][repeat, clip] == 1 + better
            better = sum(scores[other, own] >= scores[clip, own] for other, _ in members[1:])
            assert ranks["caption_to_audio"][repeat, clip] == 1 + better


def test_ties_count_against_the_model():
    ranks = pool_ranks(np.zeros((67, 335)), pools(n_repeats=1))
    assert (ranks["audio_to_caption"] == 30).all()
    assert recall_at(ranks["caption_to_audio"], 5) == 0


def test_scores_that_are_no_numbers_lose():
    ranks = pool_ranks(np.full((67, 335), np.nan), pools(n_repeats=1))
    assert (ranks["audio_to_caption"] == 30).all()


@pytest.mark.parametrize("k", [1, 5])
def test_random_scores_reach_chance(k):
    rng = np.random.default_rng(2)
    recalls = [
        recall_at(pool_ranks(rng.random((67, 335)), pools(seed=seed))["audio_to_caption"], k).mean()
        for seed in range(40)
    ]
    error = np.std(recalls, ddof=1) / np.sqrt(len(recalls))
    assert np.mean(recalls) == pytest.approx(k / 30, abs=3 * error)


def test_recall_in_pools_of_everything_equals_scikit_learn():
    scores = np.random.default_rng(3).random((12, 12))
    drawn = pools(captions=[[n] for n in range(12)], n_repeats=1)
    ranks = pool_ranks(scores, drawn)
    for k in (1, 5):
        expected = top_k_accuracy_score(np.arange(12), scores, k=k)
        assert recall_at(ranks["audio_to_caption"], k)[0] == pytest.approx(expected)
        expected = top_k_accuracy_score(np.arange(12), scores.T, k=k)
        assert recall_at(ranks["caption_to_audio"], k)[0] == pytest.approx(expected)


def test_full_pool_average_precision_equals_scikit_learn():
    scores = np.random.default_rng(4).random((20, 100))
    clip_of_caption = np.repeat(np.arange(20), 5)
    measures = full_pool(scores, clip_of_caption, ks=[1, 5, 10], map_k=100)
    relevant = np.arange(20)[:, None] == clip_of_caption
    expected = label_ranking_average_precision_score(relevant, scores)
    assert measures["audio_to_caption"]["map100"] == pytest.approx(expected)
    expected = label_ranking_average_precision_score(relevant.T, scores.T)
    assert measures["caption_to_audio"]["map100"] == pytest.approx(expected)


def test_full_pool_on_a_case_worked_by_hand():
    # Clip 0 finds its captions at ranks 2 and 3, clip 1 at ranks 1 and 4.
    scores = np.array([[0.8, 0.7, 0.9, 0.1], [0.5, 0.4, 0.9, 0.3]])
    measures = full_pool(scores, np.array([0, 0, 1, 1]), ks=[1, 2], map_k=3)
    found = measures["audio_to_caption"]
    assert found["r1"] == 0.5
    assert found["r2"] == 1.0
    assert found["median_rank"] == 1.5
    assert found["map3"] == pytest.approx(((1 / 2 + 2 / 3) / 2 + (1 / 1) / 2) / 2)


@given(seed=st.integers(0, 2**32 - 1))
def test_a_true_item_at_a_tie_ranks_behind(seed):
    scores = np.random.default_rng(seed).integers(0, 3, (6, 12)) / 2.0
    clip_of_caption = np.repeat(np.arange(6), 2)
    measures = full_pool(scores, clip_of_caption, ks=[1], map_k=10)["audio_to_caption"]
    relevant = np.arange(6)[:, None] == clip_of_caption
    best = np.where(relevant, scores, -1).max(axis=1)
    rival = np.where(relevant, -1, scores).max(axis=1)
    assert measures["r1"] == pytest.approx((best > rival).mean())


def drawn_again(counts):
    return np.repeat(np.arange(len(counts)), counts)


def test_resampled_recalls_equal_those_of_the_drawn_queries():
    rng = np.random.default_rng(6)
    scores = rng.integers(0, 9, (67, 335)) / 8.0
    ranks = pool_ranks(scores, pools(n_repeats=4))["audio_to_caption"]
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
    queries = full_pool_queries(scores, clip_of_caption, map_k=10)[direction]
    counts = bootstrap.resample(12, 25, rng)
    found = full_pool_resamples(queries, counts, ks=[1, 5], map_k=10)
    for row, drawn in enumerate(counts):
        again = drawn_again(drawn[queries.clip])
        ranks = queries.best_rank[again]
        assert found["r5"][row] == pytest.approx((ranks <= 5).mean())
        assert found["map10"][row] == pytest.approx(queries.average_precision[again].mean())
        assert found["median_rank"][row] == np.median(ranks)
