"""Retrieval as a whole: one pass over the scores, and its measures in resamples of the clips."""

import numpy as np
import pytest
from score_blocks import ranked

from audiophrase.evaluate import bootstrap
from audiophrase.evaluate.pools import draw_pools, recall_at
from audiophrase.evaluate.retrieval import DIRECTIONS, measure
from audiophrase.evaluate.rows import only, select


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
        found, expected = in_blocks.full[direction], whole.full[direction]
        for name in ("clip", "best_rank"):
            np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))
        for name, ks in (("average_precision", [10]), ("share_found", [1, 5])):
            for k in ks:
                of_k = (getattr(queries, name)[k] for queries in (found, expected))
                np.testing.assert_array_equal(*of_k)


def measured(ranks, counts, **changes):
    known = {
        "pool_size": 30,
        "ks": [1, 5],
        "full_pool_ks": [1, 5],
        "map_ks": [10],
        "confidence": 0.9,
    }
    return measure(ranks, counts, **(known | changes))


def test_intervals_in_pools_are_those_of_the_drawn_queries():
    rng = np.random.default_rng(6)
    clip_of_caption = np.repeat(np.arange(67), 5)
    scores = rng.integers(0, 9, (67, 335)) / 8.0
    ranks = ranked(scores, clip_of_caption, pools(clip_of_caption))
    counts = bootstrap.resample(67, 25, rng)
    rows = measured(ranks, counts)
    for direction in DIRECTIONS:
        for k in (1, 5):
            row = only(rows, part="pool", scores=direction, measure="recall", parameter=k)
            again = [ranks.pools[direction][:, drawn_again(drawn)] for drawn in counts]
            drawn = np.array([recall_at(of_resample, k).mean() for of_resample in again])
            assert (row.low, row.high) == pytest.approx(np.quantile(drawn, [0.05, 0.95]))
            of_repeats = recall_at(ranks.pools[direction], k)
            assert (row.value, row.sd) == pytest.approx((of_repeats.mean(), of_repeats.std()))
            assert row.n == 67


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_intervals_among_all_are_those_of_the_drawn_clips_queries(direction):
    rng = np.random.default_rng(7)
    scores, clip_of_caption = rng.random((12, 40)), np.sort(rng.integers(0, 12, 40))
    clip_of_caption[:12] = np.arange(12)  # none without a caption
    ranks = ranked(scores, clip_of_caption, pools(clip_of_caption))
    counts = bootstrap.resample(12, 25, rng)
    rows = select(measured(ranks, counts), part="full_pool", scores=direction)
    found = {row.name: row for row in rows}
    queries = ranks.full[direction]
    again = [drawn_again(drawn[queries.clip]) for drawn in counts]
    for name, of_queries in {
        "r5": lambda drawn: (queries.best_rank[drawn] <= 5).mean(),
        "map10": lambda drawn: queries.average_precision[10][drawn].mean(),
        "share_found5": lambda drawn: queries.share_found[5][drawn].mean(),
        "median_rank": lambda drawn: np.median(queries.best_rank[drawn]),
    }.items():
        expected = np.quantile([of_queries(drawn) for drawn in again], [0.05, 0.95])
        assert (found[name].low, found[name].high) == pytest.approx(expected)
        assert found[name].value == pytest.approx(of_queries(slice(None)))
        assert found[name].n == len(queries.clip)


def test_rows_stand_in_one_order_whatever_the_order_of_ks():
    """By direction and ascending k in pools, then chance, then all by direction."""
    clip_of_caption = np.arange(12)
    ranks = ranked(np.eye(12), clip_of_caption, pools(clip_of_caption))
    rows = measured(ranks, np.ones((1, 12), np.uint8), ks=[5, 1], pool_size=4)
    forth, back = DIRECTIONS
    assert [(row.part, row.scores, row.name) for row in rows] == [
        *[("pool", direction, name) for direction in (forth, back) for name in ("r1", "r5")],
        ("pool", "chance", "r5"),
        ("pool", "chance", "r1"),
        *[
            ("full_pool", direction, name)
            for direction in (forth, back)
            for name in ("r1", "r5", "share_found1", "share_found5", "map10", "median_rank")
        ],
    ]
    chance = {row.name: row for row in select(rows, scores="chance")}
    assert (chance["r1"].value, chance["r5"].value) == (1 / 4, 1.0)
    assert chance["r1"].low is chance["r1"].sd is chance["r1"].n is None
